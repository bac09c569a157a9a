/** How a server that listens on the loopback of the machine somebody has logged in to comes onto the machine with the browser. */
export function overSsh(server: string): string {
  const { hostname, port, protocol } = new URL(server)
  const number = port || (protocol === 'https:' ? '443' : '80')
  const isLoopback = hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1' || hostname === '[::1]'
  return isLoopback ? `forward the server's port: ssh -L ${number}:localhost:${number}` : `${server} has to be reachable from there`
}
