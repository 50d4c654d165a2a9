import { z } from 'zod';
import { assetCode, ledgerAssetCode, lineText } from '../schemas.ts';

/* What officials type of a wallet, wherever they do. */

export const networkText = z
  .string()
  .regex(/^[A-Z0-9]{1,20}$/, 'a network such as ETH')
  .meta({ description: '네트워크', example: 'ETH' });
export const addressText = lineText(120, '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed').meta({ description: '지갑의 공개 주소' });
export const digestText = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a SHA-256 digest in lower case')
  .meta({ description: '보관한 출력물의 SHA-256', example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' });
export const transactionText = lineText(80, 'a1075db55d416d3ca199f55b6084e2115b9345e16c5cf302fc80e9d5fbf5d48d').meta({
  description: '체인의 거래번호',
});
export const unitInput = ledgerAssetCode
  .exactOptional()
  .meta({ description: '수량의 단위, 적으면 지갑의 기축 자산과 같아야 함', example: 'BTC' });
export const proofText = lineText(200, '탐색기 출력물 2026-0001').meta({ description: '출력물의 문서번호' });

export const tokenInput = z.strictObject({
  asset: assetCode,
  contract: addressText.meta({ description: '토큰 계약의 주소' }),
  decimals: z.int().min(0).max(18).meta({ description: '소수 자릿수', example: 6 }),
});
