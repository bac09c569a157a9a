/** No page of ours has this address. */
import { Link } from '../parts/link.tsx'
import { PageFrame } from '../parts/page.tsx'

export function NowherePage() {
  return (
    <PageFrame title="There is no such page" lead="The address may be mistyped, or the page was moved." width="narrow">
      <p class="end-links"><Link to="/">Home</Link><Link to="/c">Type a code</Link></p>
    </PageFrame>
  )
}
