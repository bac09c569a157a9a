/** A QR code out of rows of 0 and 1, drawn as one path: dark on light in either theme, because cameras want it so. */

export function Qr({ rows, label }: { rows: string[]; label: string }) {
  const path = rows.map((row, y) => Array.from(row, (cell, x) => (cell === '1' ? `M${x} ${y}h1v1h-1z` : '')).join('')).join('')
  return (
    <svg class="qr" viewBox={`0 0 ${rows[0]?.length ?? 0} ${rows.length}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width="100%" height="100%" fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
