/**
 * Passwords that are tried first, of eight characters and more, lower case. A small list of our own: what keeps guesses out here is the
 * count of attempts and the code that has to follow; a long list would mostly annoy (SP 800-63B-4 section 3.1.1.2 says as much).
 */
export const commonPasswords: ReadonlySet<string> = new Set(`
password passw0rd p@ssword p@ssw0rd passwort motdepasse contrasena wachtwoord password1 password12 password123 password1234 passwords
mypassword thepassword newpassword oldpassword yourpassword changeme changeit changethis letmein1 letmeinnow openthedoor opensesame
welcome1 welcome12 welcome123 welcome2024 welcome2025 welcome2026 iloveyou iloveyou1 ilovegod ilovehim ilovejesus loveyou1 sunshine
princess princess1 football football1 baseball baseball1 basketball superman superman1 batman123 spiderman pokemon1 pokemon123 dragon123
monkey123 shadow123 master123 michael1 jennifer michelle jessica1 charlie1 computer internet samsung1 samsung123 whatever whatever1
trustno1 trustnoone qwertyui qwertyuio qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc
zaq12wsx zaq1zaq1 q1w2e3r4 q1w2e3r4t5 asdfghjk asdfghjkl asdf1234 asdfasdf zxcvbnm1 zxcvbnm123 qazwsxedc qweasdzxc qwer1234 abcd1234
abc12345 abc123456 a1b2c3d4 aa123456 12345678 123456789 1234567890 87654321 987654321 0987654321 11223344 112233445566 12341234
123123123 123321123 147258369 159753456 741852963 789456123 31415926 27182818 administrator administrator1 admin123 admin1234 admin12345
adminadmin rootroot root1234 toortoor system32 security secret123 secretsecret supersecret topsecret test1234 testtest testing123 tester123
default1 guest123 temp1234 temporary password! password? passw0rd! p@ssw0rd! summer2024 summer2025 summer2026 winter2024 winter2025
winter2026 spring2025 spring2026 autumn2025 january1 february november december september liverpool chelsea1 arsenal1 manchester barcelona
realmadrid juventus starwars startrek gandalf1 godzilla gangster cheesecake chocolate strawberry butterfly sunflower blink182 metallica
nirvana1 slipknot hellokitty mustang1 corvette mercedes harley123 killer123 fuckyou1 fuckyou123 fuckoff1 asshole1 bullshit bitch123
correcthorsebatterystaple correct horse battery staple
`.split('\n').flatMap((line) => (line.startsWith('correcthorse') ? ['correcthorsebatterystaple', 'correct horse battery staple'] : line.split(' '))).filter((word) => word !== ''))

/** Words of the context: the product's and those of its trade. A password made of them and little else is a guess. */
export const contextWords: readonly string[] = ['countersign', 'terraform', 'opentofu', 'authenticator', 'infrastructure', 'password', 'passwort', 'devops']
