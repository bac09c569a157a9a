/** The signs beside words. Each is drawn on a grid of 20, takes the colour of the text and is hidden from assistive technology: the word says it. */

const paths = {
  home: 'M3.5 9 10 3.5 16.5 9v7a1 1 0 0 1-1 1h-3.5v-4.5h-4V17H4.5a1 1 0 0 1-1-1z',
  list: 'M7.5 5.5h9M7.5 10h9M7.5 14.5h9M3.5 5.5h.5M3.5 10h.5M3.5 14.5h.5',
  key: 'M10.8 9.2 17 3m-2.6 2.6 2 2m-4.2.2 1.6 1.6M11.5 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0z',
  people: 'M12.2 6.2a2.7 2.7 0 1 1-5.4 0 2.7 2.7 0 0 1 5.4 0zM4 16.5c0-3 2.4-4.7 5.5-4.7s5.5 1.7 5.5 4.7M13.4 3.8a2.6 2.6 0 0 1 0 4.9M14.5 11.6c1.7.6 2.9 1.9 2.9 4',
  scroll: 'M5 3.5h8.5a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 1-1.5 1.5H5zM8 7.5h4M8 10.5h4',
  chain: 'M4 4.5h4.5V9H4zM11.5 11H16v4.5h-4.5zM8.5 6.75h3.75a1.5 1.5 0 0 1 1.5 1.5V11',
  disks: 'M10 3.5c3.6 0 6 1 6 2.2S13.6 8 10 8 4 7 4 5.7s2.4-2.2 6-2.2zM4 5.7v8.5c0 1.3 2.4 2.3 6 2.3s6-1 6-2.3V5.7M4 10c0 1.3 2.4 2.3 6 2.3s6-1 6-2.3',
  lock: 'M5 9h10v7.5H5zM7 9V6.6a3 3 0 0 1 6 0V9M10 12v1.6',
  aside: 'M3.5 6.5h13V16h-13zM5.5 3.8h9M8 10.5h4',
  eye: 'M2.5 10c1.7-3.2 4.3-4.8 7.5-4.8s5.8 1.6 7.5 4.8c-1.7 3.2-4.3 4.8-7.5 4.8S4.2 13.2 2.5 10zM12.2 10a2.2 2.2 0 1 1-4.4 0 2.2 2.2 0 0 1 4.4 0z',
  back: 'M4.5 4v4.5H9M4.8 8.5a6 6 0 1 1-.6 3.5',
  more: 'M4.5 10h.1M10 10h.1M15.5 10h.1',
  check: 'm4.5 10.5 3.5 3.5 7.5-8',
  cross: 'm5.5 5.5 9 9m0-9-9 9',
  clock: 'M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0zM10 6v4.2l2.6 1.6',
  warning: 'M10 3 17.5 16.5h-15zM10 8.2v3.6M10 14.2v.1',
  stop: 'M7 2.8h6L17.2 7v6L13 17.2H7L2.8 13V7zM10 6.5v4.3M10 13.4v.1',
  info: 'M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0zM10 9.4v4M10 6.6v.1',
  hand: 'M6.3 9.5V5.2a1.1 1.1 0 0 1 2.2 0V9m0-.5V3.9a1.1 1.1 0 0 1 2.2 0V9m0-.3V4.7a1.1 1.1 0 0 1 2.2 0v5m0-1.4a1.1 1.1 0 0 1 2.2 0v4.1c0 3-1.8 4.9-4.6 4.9-2.4 0-3.6-.9-4.6-2.7L4 11.2a1.1 1.1 0 0 1 1.8-1.2z',
  arrow: 'M4 10h11.5m-4-4 4 4-4 4',
  down: 'M10 4v11.5m-4-4 4 4 4-4',
  out: 'M8 4H4.5v12H8m-.5-6h9m-3-3 3 3-3 3',
  hidden: 'M3 3l14 14M8 5.2A8.6 8.6 0 0 1 17.5 10a11 11 0 0 1-1.8 2.4M12.3 14.5A8.6 8.6 0 0 1 2.5 10a10.6 10.6 0 0 1 2.9-3.3M8.4 8.5a2.2 2.2 0 0 0 3.1 3.1',
  terminal: 'M3.5 4.5h13v11h-13zM6.5 8l2.2 2-2.2 2M10.5 12.2h3',
  ring: 'M16 10a6 6 0 1 1-12 0 6 6 0 0 1 12 0z',
  half: 'M16 10a6 6 0 1 1-12 0 6 6 0 0 1 12 0zM10 4v12',
  question: 'M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0zM8 8.2a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.4M10 13.7v.1',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}

/** The mark: a deed cut along a ragged line, so that its two halves can be matched again. */
export function Mark() {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path fill="currentColor" d="M7 1h4v4.6L7.8 9l6 4.2-5.8 4 3 3V23H7a6 6 0 0 1-6-6V7a6 6 0 0 1 6-6z" />
      <path fill="currentColor" d="M13 1h4a6 6 0 0 1 6 6v10a6 6 0 0 1-6 6h-4v-3.6l-2-2 6-4.2L10.8 9 13 6.4z" />
    </svg>
  )
}
