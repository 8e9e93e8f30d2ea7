// An HDF5 object's header: its messages, found within bounds.
// https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
import type { ByteReader } from './byte_reader.js';

export interface Message {
  type: number;
  /** Of its content. */
  at: number;
  size: number;
}

export const message = {
  dataspace: 0x01,
  link_info: 0x02,
  datatype: 0x03,
  link: 0x06,
  external_files: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbol_table: 0x11,
  attribute_info: 0x15,
} as const;

/** A Keras file has about ten for each variable. */
const most_messages = 200_000;

interface Block {
  begin: number;
  end: number;
}

export class HeaderReader {
  private readonly file: ByteReader;
  private messages_read = 0;

  constructor(file: ByteReader) {
    this.file = file;
  }

  read(at: number): Message[] {
    const messages = this.file.starts(at, 'OHDR') ? this.read_version_2(at) : this.read_version_1(at);
    this.messages_read += messages.length;
    if (this.messages_read > most_messages)
      this.file.fail(`more than ${most_messages} messages in its headers: not a model that Keras saved`);
    return messages;
  }

  private read_version_1(at: number): Message[] {
    const { file } = this;
    if (file.u8(at) !== 1) file.damaged(at, 'the header of a group or data set');
    const count = file.u16(at + 2);
    const blocks = [this.block(at + 16, file.u32(at + 8))];
    const messages: Message[] = [];
    let current = blocks[0] as Block;
    let next = current.begin;
    for (let i = 0, b = 0; i < count; i++) {
      if (next >= current.end) {
        current = blocks[++b] ?? file.damaged(next, `${count} messages, found ${i}`);
        next = current.begin;
      }
      const found = { type: file.u16(next), at: next + 8, size: file.u16(next + 2) };
      this.check(found, file.u8(next + 4), current.end);
      messages.push(found);
      if (found.type === message.continuation) this.add_block(blocks, found);
      next = found.at + found.size;
    }
    return messages;
  }

  private read_version_2(at: number): Message[] {
    const { file } = this;
    const flags = file.u8(at + 5);
    if (file.u8(at + 4) !== 2 || (flags & 0x10) !== 0)
      file.damaged(at, 'a header as HDF5 1.8 to 1.14 write it');
    const begin = at + 6 + (flags & 0x20 ? 16 : 0);
    const width = 1 << (flags & 3);
    const size = file.unsigned(begin, width);
    const order = flags & 4 ? 2 : 0;
    const blocks = [this.block(begin + width, size)];
    const messages: Message[] = [];
    for (const block of blocks) {
      for (let next = block.begin; next < block.end - 4;) {
        const found = { type: file.u8(next), at: next + 4 + order, size: file.u16(next + 1) };
        this.check(found, file.u8(next + 3), block.end);
        messages.push(found);
        // Between the signature and the checksum.
        if (found.type === message.continuation) this.add_block(blocks, found, 'OCHK');
        next = found.at + found.size;
      }
    }
    return messages;
  }

  private block(begin: number, size: number): Block {
    this.file.need(begin, size, `a header of ${size} bytes`);
    return { begin, end: begin + size };
  }

  private add_block(blocks: Block[], { at, size }: Message, signature = ''): void {
    const { file } = this;
    if (size < 16) file.damaged(at, 'where a header goes on');
    const begin = file.u64(at) + signature.length;
    const block = this.block(begin, file.u64(at + 8) - signature.length);
    if (signature !== '') file.need_start(begin - 4, signature, 'rest of a header');
    if (blocks.some((other) => begin < other.end && other.begin < block.end))
      file.damaged(at, 'a header that does not contain itself');
    blocks.push(block);
    if (blocks.length > 1000) file.damaged(at, 'a header in at most 1000 parts');
  }

  private check({ type, at, size }: Message, flags: number, end: number): void {
    const { file } = this;
    if (at + size > end) file.damaged(at, 'a message within its header');
    // Its content lies elsewhere in the file, where nobody looks.
    const shared = (flags & 2) !== 0;
    if (shared && ([1, 3, 8, 11, 12] as number[]).includes(type))
      file.fail('shares types between its objects, which is not read; save the model again with Keras');
  }
}
