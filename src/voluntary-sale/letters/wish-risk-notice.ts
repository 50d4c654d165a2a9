/**
 * What a taxpayer must have read before he wishes for a price or an order, by version. A text that a form was signed under is kept as
 * it was: another wording is another version.
 */
export const RISK_NOTICES = {
  'wish-risk/1': [
    '이 희망은 법에서 정한 권리가 아니라 자진 납부·매각 기간에 시가 들어 드리는 것입니다. 압류의 효력은 그대로이고, 매각을 멈추게 하는 사유가 있거나 거래소의 거래·점검·장애로 팔 수 없는 때에는 적은 가격이 되어도 매각하지 못할 수 있습니다.',
    '지정가 매각: 시장가격이 적은 가격에 이르지 않으면 전혀 팔리지 않거나 일부만 팔릴 수 있습니다. 기다리는 동안 가격이 더 내려 체납액을 다 갚지 못할 수 있습니다.',
    '하락 시 매각: 적은 가격은 매각을 시작하게 하는 기준일 뿐 그 가격에 판다는 약속이 아닙니다. 거래소의 마지막 체결가가 적은 가격 이하인 것을 몇 초 간격으로 두 번 확인하면 그때의 시장가격으로 매각하므로, 가격이 급히 내릴 때에는 적은 가격보다 훨씬 낮게 팔릴 수 있습니다. 잠깐 내렸다가 다시 오르더라도 팔릴 수 있고, 확인하는 사이의 짧은 움직임이나 거래소를 읽지 못하는 동안의 움직임은 놓칠 수 있습니다.',
    '매각 순서: 체납액을 채우는 데 필요한 만큼만 매각하므로 뒤에 적은 종류는 팔리지 않을 수 있습니다. 거래가 멈추었거나 최소 주문 금액에 못 미치는 종류는 건너뛸 수 있습니다. 순서는 기간이 지나 시가 강제로 매각할 때에도 따릅니다.',
    '체결된 매각은 되돌릴 수 없습니다. 철회하면 그때까지 체결되지 않은 부분만 매각하지 않으며, 이미 거래소에 나간 주문은 철회한 뒤에도 체결될 수 있습니다.',
    '지정가와 하락 시 매각의 희망은 자진 납부·매각 기간이 끝나면 효력을 잃고, 그 뒤에는 시가 시장가격으로 매각합니다. 기간 중이라도 체납액이 모두 납부되면 효력을 잃습니다.',
    '거래 수수료, 출금 수수료와 송달 비용은 체납처분비로서 매각대금에서 먼저 충당합니다. 매각대금으로 체납액을 다 충당하지 못하면 남은 체납액은 계속 납부하여야 하고 납부지연가산세가 붙습니다.',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type RiskNoticeVersion = keyof typeof RISK_NOTICES;

/** The version that forms are printed with. */
export const CURRENT_RISK_NOTICE: RiskNoticeVersion = 'wish-risk/1';

export function isRiskNoticeVersion(text: string): text is RiskNoticeVersion {
  return Object.hasOwn(RISK_NOTICES, text);
}
