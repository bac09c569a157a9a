/** The entry: styles, then the application into its element. */
import { render } from 'preact'
import { App } from './app.tsx'
import { watchAttention } from './session/attention.ts'
import './style/tokens.css'
import './style/base.css'
import './style/shell.css'
import './style/parts.css'
import './style/changes.css'
import './style/decide.css'
import './style/ceremony.css'
import './style/pages.css'
import './style/states.css'
import './style/audit.css'

watchAttention()
const root = document.getElementById('console')
if (root !== null) render(<App />, root)
