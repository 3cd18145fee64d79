import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of a hand-made zip file; nothing in it is checked, so it may be malicious. */
export interface ZipEntry {
  name: string;
  content?: string | Buffer;
  /** Unix mode with its file type bits; default a regular file, 0o100644. */
  mode?: number;
  /** The unpacked size to declare, if it shall differ from the true one. */
  declaredSize?: number;
  /** The checksum to declare, if it shall differ from the true one. */
  declaredCrc?: number;
  /** General purpose bits beside that of UTF-8 names; 1 marks an entry as encrypted. */
  flags?: number;
  /** The compression method to declare; default 8, deflate. The content is deflated whatever it is. */
  method?: number;
  /** The name before the content, if it shall differ from that in the directory. */
  localName?: string;
  /** Packed bytes to declare beyond those there are. */
  extraPacked?: number;
}

const VERSION_MADE_BY_UNIX = (3 << 8) | 20;
const DEFLATE = 8;
const UTF8_NAMES = 0x800;

/** Writes a zip file into memory, entry by entry as told. */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const content = Buffer.from(entry.content ?? '');
    const packed = deflateRawSync(content);
    const common = commonFields(entry, name, content, packed);
    const localName = Buffer.from(entry.localName ?? entry.name);
    const before = commonFields(entry, localName, content, packed);
    const local = Buffer.concat([u32(0x04034b50), before, localName, packed]);
    const attributes = ((entry.mode ?? 0o100644) << 16) >>> 0;
    centrals.push(
      Buffer.concat([u32(0x02014b50), u16(VERSION_MADE_BY_UNIX), common]),
      // Comment length, disk, internal attributes, external attributes, offset.
      Buffer.concat([u16(0), u16(0), u16(0), u32(attributes), u32(offset), name]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const count = u16(entries.length);
  const end = [u32(0x06054b50), u16(0), u16(0), count, count, u32(directory.length), u32(offset)];
  return Buffer.concat([...locals, directory, ...end, u16(0)]);
}

function commonFields(entry: ZipEntry, name: Buffer, content: Buffer, packed: Buffer): Buffer {
  return Buffer.concat([
    ...[
      u16(20),
      u16(UTF8_NAMES | (entry.flags ?? 0)),
      u16(entry.method ?? DEFLATE),
      u16(0),
      u16(0),
    ],
    u32(entry.declaredCrc ?? crc32(content)),
    u32(packed.length + (entry.extraPacked ?? 0)),
    u32(entry.declaredSize ?? content.length),
    ...[u16(name.length), u16(0)],
  ]);
}

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
