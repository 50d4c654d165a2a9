import { z } from 'zod';
import { AUDIT_FINDING_TITLES, verifyAuditLog } from '../../audit/verify.ts';
import type { Alert, AuditEvent, AuditSeal } from '../../database/generated/client.ts';
import { AlertSeverity } from '../../database/generated/enums.ts';
import { acknowledgeAlert } from '../../intent/alert.ts';
import { checkInvariants } from '../../registers/invariants.ts';
import { bulk, nothingToPrepare } from '../bulk.ts';
import { NONE, type Route, read } from '../route.ts';
import {
  DONE,
  done,
  factsAnswer,
  flagText,
  instantInput,
  instantText,
  pageAnswer,
  pageArgs,
  pageQuery,
  pathLongId,
  rowId,
  toPage,
} from '../schemas.ts';

const alertAnswer = z
  .object({
    id: rowId,
    code: z.string().meta({ example: 'asset_frozen' }),
    severity: z.enum(AlertSeverity),
    subject: z.string().meta({ example: 'asset_freeze:1' }),
    text: z.string().meta({ example: 'BTC의 매각과 이전을 동결했습니다.' }),
    facts: factsAnswer,
    raisedAt: instantText,
    deliveredAt: instantText.nullable(),
    acknowledgedById: rowId.nullable(),
    acknowledgedAt: instantText.nullable(),
  })
  .meta({ id: 'Alert', description: '사람이 보아야 하는 알림' });

function toAlert(alert: Alert): z.input<typeof alertAnswer> {
  const { id, code, severity, subject, text, facts, acknowledgedById } = alert;
  return {
    id,
    code,
    severity,
    subject,
    text,
    facts: factsAnswer.parse(facts),
    raisedAt: alert.raisedAt.toISOString(),
    deliveredAt: alert.deliveredAt?.toISOString() ?? null,
    acknowledgedById,
    acknowledgedAt: alert.acknowledgedAt?.toISOString() ?? null,
  };
}

const alertRoutes: readonly Route[] = [
  read({
    operationId: 'listAlerts',
    tag: 'oversight',
    summary: '알림 목록',
    path: '/alerts',
    permission: 'alert.read',
    params: NONE,
    query: z.object({
      ...pageQuery,
      severity: z.enum(AlertSeverity).exactOptional(),
      open: flagText.default(true).meta({ description: '아무도 확인하지 않은 것만', example: 'true' }),
    }),
    answer: pageAnswer(alertAnswer),
    handle: async ({ services: { database }, query: { after, limit, open, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const unseen = open ? { acknowledgedAt: null } : {};
      const alerts = await database.read.alert.findMany({ ...page, where: { ...where, ...filter, ...unseen } });
      return toPage(alerts, { limit }, toAlert);
    },
  }),
  bulk({
    operationId: 'acknowledgeAlerts',
    tag: 'oversight',
    summary: '알림을 확인함',
    path: '/alerts/acknowledgements',
    permission: 'alert.acknowledge',
    item: rowId.meta({ description: '알림', example: 5 }),
    idOf: (alertId) => alertId,
    common: NONE,
    result: done,
    prepare: nothingToPrepare,
    handle: async (work, _input, alertId) => {
      await acknowledgeAlert(work, alertId);
      return DONE;
    },
  }),
];

const eventAnswer = z
  .object({
    id: z.string().meta({ example: '1041' }),
    stream: z.string().meta({ example: 'case:12' }),
    sequence: z.int().meta({ example: 3 }),
    occurredAt: instantText,
    actor: z.string().meta({ example: 'user:3' }),
    action: z.string().meta({ example: 'seizure.approved' }),
    subject: z.string().meta({ example: 'case:12' }),
    beforeDigest: z.string().nullable(),
    afterDigest: z.string().nullable(),
    recordDigest: z.string().nullable(),
    payload: z.string().meta({ description: '기록한 그대로의 JSON', example: '{"approval":7}' }),
    hash: z.string(),
    sealNumber: z.string().nullable().meta({ description: '전체 차례의 번호, 아직 없으면 null', example: '1041' }),
  })
  .meta({ id: 'AuditEvent', description: '감사 기록' });

function toEvent(event: AuditEvent & { readonly seal: AuditSeal | null }): z.input<typeof eventAnswer> {
  const { stream, sequence, actor, action, subject, beforeDigest, afterDigest, recordDigest, payload, hash } = event;
  return {
    id: event.id.toString(),
    stream,
    sequence,
    occurredAt: event.occurredAt.toISOString(),
    actor,
    action,
    subject,
    beforeDigest,
    afterDigest,
    recordDigest,
    payload,
    hash,
    sealNumber: event.seal?.number.toString() ?? null,
  };
}

const name = z.string().max(100).exactOptional();

export const oversightRoutes: readonly Route[] = [
  ...alertRoutes,
  read({
    operationId: 'listAuditEvents',
    tag: 'oversight',
    summary: '감사 기록 (흐름, 대상, 행위, 행위자로 찾기)',
    path: '/audit/events',
    permission: 'audit.read',
    params: NONE,
    query: z.object({
      stream: name.meta({ example: 'case:12' }),
      subject: name.meta({ example: 'approval:7' }),
      action: name.meta({ example: 'person.viewed' }),
      actor: name.meta({ example: 'user:3' }),
      from: instantInput.exactOptional(),
      until: instantInput.exactOptional(),
      after: pathLongId.exactOptional().meta({ description: '이 번호 다음부터' }),
      limit: pageQuery.limit,
    }),
    answer: z.object({ items: z.array(eventAnswer), next: z.string().nullable().meta({ example: null }) }),
    handle: async ({ services: { database }, query: { from, until, after, limit, ...filter } }) => {
      const span = { ...(from === undefined ? {} : { gte: from }), ...(until === undefined ? {} : { lte: until }) };
      const events = await database.read.auditEvent.findMany({
        where: { ...filter, occurredAt: span, ...(after === undefined ? {} : { id: { gt: BigInt(after) } }) },
        include: { seal: true },
        orderBy: { id: 'asc' },
        take: limit + 1,
      });
      const items = events.slice(0, limit).map(toEvent);
      return { items, next: events.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  }),
  read({
    operationId: 'verifyAuditLog',
    tag: 'oversight',
    summary: '감사 기록의 사슬을 다시 계산하여 확인',
    path: '/audit/verification',
    permission: 'audit.read',
    params: NONE,
    query: NONE,
    answer: z.object({
      intact: z.boolean().meta({ example: true }),
      findings: z.array(z.object({ code: z.string(), title: z.string(), where: z.string() })).meta({ example: [] }),
    }),
    handle: async ({ services: { database } }) => {
      const findings = await verifyAuditLog(database);
      return {
        intact: findings.length === 0,
        findings: findings.map((finding) => ({ ...finding, title: AUDIT_FINDING_TITLES[finding.code] })),
      };
    },
  }),
  read({
    operationId: 'checkInvariants',
    tag: 'oversight',
    summary: '어떤 일이 있어도 지켜져야 하는 것을 장부 전체에서 확인',
    path: '/invariants',
    permission: 'audit.read',
    params: NONE,
    query: NONE,
    answer: z.object({
      broken: z.int().meta({ example: 0 }),
      results: z.array(
        z.object({
          code: z.string().meta({ example: 'entry_balances' }),
          statement: z.string().meta({ example: '모든 분개는 자산마다 차변과 대변이 같다.' }),
          offending: z.array(z.string()).meta({ example: [] }),
        }),
      ),
    }),
    handle: async ({ services: { database } }) => {
      const results = await checkInvariants(database);
      return {
        broken: results.filter(({ offending }) => offending.length > 0).length,
        results: results.map(({ code, statement, offending }) => ({ code, statement, offending: [...offending] })),
      };
    },
  }),
];
