/** Writes tar, as bundles come over the network; also what no honest program writes. */
import { gzipSync } from 'node:zlib'

export type Entry = { readonly name: string; readonly content?: string; readonly kind?: string; readonly size?: number }

export function tar(entries: readonly Entry[]): Uint8Array {
  const blocks = entries.flatMap(({ name, content = '', kind = '0', size }) => {
    const bytes = Buffer.from(content)
    const header = Buffer.alloc(512)
    header.write(name, 0, 100)
    header.write('0000644\0', 100)
    header.write(`${(size ?? bytes.length).toString(8).padStart(11, '0')}\0`, 124)
    header.write(kind, 156)
    header.write('ustar\x0000', 257)
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

export const archive = (files: { readonly [name: string]: string }): Uint8Array => gzipSync(tar(Object.entries(files).map(([name, content]) => ({ name: `./${name}`, content }))))
