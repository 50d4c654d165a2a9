/** Offsets of the fields that hold a date, by the signature they follow (ZIP application note, 4.3.7 and 4.3.12). */
const DIRECTORY_SIGNATURE = 0x02014b50;
const DIRECTORY_DATE_OFFSET = 12;
const LOCAL_DATE_OFFSET = 10;
const END_RECORD_BYTES = 22;
const EARLIEST_YEAR = 1980;

/** Puts one instant (as UTC) in place of the dates of all entries of a ZIP archive just written without a comment. */
export function pinZipDates(archive: Buffer, instant: Date): Buffer {
  const pinned = Buffer.from(archive);
  const date = dosDate(instant);
  let offset = pinned.readUInt32LE(pinned.length - END_RECORD_BYTES + 16);
  while (pinned.readUInt32LE(offset) === DIRECTORY_SIGNATURE) {
    pinned.writeUInt32LE(date, offset + DIRECTORY_DATE_OFFSET);
    pinned.writeUInt32LE(date, pinned.readUInt32LE(offset + 42) + LOCAL_DATE_OFFSET);
    offset += 46 + pinned.readUInt16LE(offset + 28) + pinned.readUInt16LE(offset + 30) + pinned.readUInt16LE(offset + 32);
  }
  return pinned;
}

/** Time in the low half, date in the high half; the format begins in 1980 and counts in steps of two seconds. */
function dosDate(instant: Date): number {
  const from = instant.getUTCFullYear() < EARLIEST_YEAR ? new Date(Date.UTC(EARLIEST_YEAR, 0, 1)) : instant;
  const time = (from.getUTCHours() << 11) | (from.getUTCMinutes() << 5) | (from.getUTCSeconds() >> 1);
  const day = ((from.getUTCFullYear() - EARLIEST_YEAR) << 9) | ((from.getUTCMonth() + 1) << 5) | from.getUTCDate();
  return day * 65_536 + time;
}
