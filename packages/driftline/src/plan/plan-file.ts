import type { Plan } from './plan.ts';

/** A plan as text, to be kept and applied later. Reading it back proves that it is the text that was written. */
export const PLAN_FORMAT_VERSION = 1;

export class PlanFileError extends Error {
  override readonly name = 'PlanFileError';
  readonly code: 'not-a-plan' | 'other-version' | 'altered';

  constructor(code: PlanFileError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** `digestOf` is a cryptographic hash, handed in because this folder is pure. */
export function writePlan(plan: Plan, digestOf: (text: string) => string): string {
  const body = JSON.stringify(plan);
  return `${JSON.stringify({ format_version: PLAN_FORMAT_VERSION, kind: 'driftline-plan', digest: digestOf(body), plan }, undefined, 1)}\n`;
}

/** @throws PlanFileError */
export function readPlan(text: string, digestOf: (text: string) => string): Plan {
  const file = parse(text);
  if (file.kind !== 'driftline-plan') {
    throw new PlanFileError('not-a-plan', 'the file holds no plan; write one with driftline plan -o FILE');
  }
  if (file.format_version !== PLAN_FORMAT_VERSION) {
    throw new PlanFileError(
      'other-version',
      `the plan has format version ${String(file.format_version)}, this driftline reads ${PLAN_FORMAT_VERSION}; plan again`,
    );
  }
  if (file.digest !== digestOf(JSON.stringify(file.plan))) {
    throw new PlanFileError('altered', 'the plan was altered or cut short after it was written; plan again');
  }
  return file.plan as Plan;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
