import { z } from 'zod';
import { lineText } from './schemas.ts';

/** The office in whose name letters go out. */
export const agencyInput = z
  .strictObject({
    name: lineText(100, '표본시'),
    signatory: lineText(100, '표본시장'),
    department: lineText(100, '징수과'),
    official: lineText(100, '표본 주무관'),
    phone: lineText(40, '043-000-0000'),
    fax: lineText(40, '043-000-0001').exactOptional(),
    email: lineText(200, 'collection@sample.go.kr').exactOptional(),
    postcode: lineText(10, '28542'),
    address: lineText(300, '표본도 표본시 표본로 1'),
  })
  .meta({ id: 'Agency', description: '공문을 보내는 기관' });

/** In whose name letters go out, and which company runs the exchange they go to. */
export const correspondenceInput = z
  .strictObject({
    agency: agencyInput,
    holder: z
      .strictObject({
        name: lineText(100, '표본거래소 주식회사'),
        postcode: lineText(10, '06236').exactOptional(),
        address: lineText(300, '서울특별시 표본구 표본대로 2'),
      })
      .meta({ description: '가상자산사업자의 상호와 소재지' }),
  })
  .meta({ id: 'Correspondence', description: '공문의 발신 기관과 거래소 사업자' });
