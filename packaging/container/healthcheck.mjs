// Whether the server in this container is alive: exit code 0 or 1. On the listener that is inside the container only.
const [address = '127.0.0.1:9464'] = (process.env.COUNTERSIGN_METRICS_LISTEN ?? '').split(',').filter((one) => one !== '')
const alive = await fetch(`http://${address.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')}/healthz`, { signal: AbortSignal.timeout(4000) }).then((answer) => answer.status === 200, () => false)
process.exitCode = alive ? 0 : 1
