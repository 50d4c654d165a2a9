const HEADER =
  '납세자 구분,성명,주민(법인)등록번호,전화번호,고지번호,과세연도,납세의무성립일,납부기한,독촉장 발행일,독촉장 송달일,독촉 납부기한,세목코드,세목명,도세/시세 구분,본세,가산세,표본 여부';

/** A delinquent ledger of so many notices of sample persons, one tax item each; two notices a person. */
export function bigLedger(notices: number): string {
  const rows = Array.from({ length: notices }, (_, index) => row(index));
  return `${[HEADER, ...rows].join('\r\n')}\r\n`;
}

function row(index: number): string {
  const person = Math.floor(index / 2);
  const serial = String(person).padStart(7, '0');
  const registration = `80${String((person % 12) + 1).padStart(2, '0')}${String((person % 28) + 1).padStart(2, '0')}-${String(1_000_000 + person)}`;
  const dates = '2024,2024-06-01,2024-07-31,2024-08-20,2024-08-25,2024-09-05';
  return `개인,표본-${serial},${registration},010-0000-0000,2024-07-${String(index).padStart(7, '0')},${dates},105001,재산세,시세,${1000 + index},0,예`;
}
