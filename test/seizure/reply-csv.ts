import { samplePerson } from '../person/sample-persons.ts';

const HEADER = '요청번호,순번,등록번호,본인확인,확인값,성명,생년월일,휴대전화,계정,가상자산,수량,비고';

/** A reply that names sample persons by registration number, each holding the same coins. */
export function replyCsv(request: string, numbers: readonly number[], coins: readonly (readonly [string, string])[]): string {
  const lines = numbers.flatMap((number) => {
    const { registrationNumber, name } = samplePerson(number);
    return coins.map(([asset, quantity]) => `${request},,${registrationNumber},,,${name},,,acc-${number},${asset},${quantity},`);
  });
  return [HEADER, ...lines, ''].join('\r\n');
}

/** A reply with the columns given as they stand, in the order of the form. */
export function rawReply(...lines: readonly string[]): string {
  return [HEADER, ...lines, ''].join('\r\n');
}
