import type { Field, Problem } from '../../../api/rules';

/** Which problems a person sees: what the service refused, and what the rules say about fields they have been to. */
export class Validation {
  private refusals: readonly Problem[] = [];
  private readonly visited = new Set<Field>();
  private attempted = false;

  /** The person left this field. */
  visit(field: Field): void {
    this.visited.add(field);
  }

  /** The person edited these fields, so what the service said about them no longer holds. */
  edit(fields: ReadonlySet<Field>): void {
    this.refusals = this.refusals.filter((problem) => !fields.has(problem.field));
  }

  /** The form is submitted: every problem is shown from now on. */
  attempt(): void {
    this.attempted = true;
    this.refusals = [];
  }

  /** The service refused it. */
  refuse(problems: readonly Problem[]): void {
    this.attempted = true;
    this.refusals = problems;
  }

  reset(): void {
    this.attempted = false;
    this.visited.clear();
    this.refusals = [];
  }

  /** What to show at a field; `problems` is what the rules say now. */
  shown(field: Field, problems: () => readonly Problem[]): string | undefined {
    const at = (problem: Problem): boolean => problem.field === field;
    const refusal = this.refusals.find(at);
    if (refusal) return refusal.message;
    return this.attempted || this.visited.has(field) ? problems().find(at)?.message : undefined;
  }
}
