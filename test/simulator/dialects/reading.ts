import type { Issue } from '../model';

/** Untrusted JSON, read step by step. */
export type Fields = Readonly<Record<string, unknown>>;
export type Path = readonly (string | number)[];

export function issue(code: string, message: string, path: Path, detail: Fields = {}): Issue {
  return { ...detail, code, message, path };
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads values from a body and collects what is wrong, in the words of the service's validator. */
export class Reader {
  readonly issues: Issue[] = [];

  fields(value: unknown, path: Path): Fields {
    if (isFields(value)) return value;
    this.wrongType('object', value, path);
    return {};
  }

  text(value: unknown, path: Path): string {
    if (typeof value === 'string') return value;
    this.wrongType('string', value, path);
    return '';
  }

  optionalText(value: unknown, path: Path): string | undefined {
    return value === undefined ? undefined : this.text(value, path);
  }

  flag(value: unknown, path: Path): boolean {
    if (typeof value === 'boolean') return value;
    if (value !== undefined) this.wrongType('boolean', value, path);
    return false;
  }

  whole(value: unknown, path: Path, minimum = 0): number {
    if (typeof value !== 'number') {
      this.wrongType('number', value, path);
      return 0;
    }
    if (!Number.isInteger(value)) {
      this.add('invalid_type', 'Expected integer, received float', path, {
        expected: 'integer',
        received: 'float',
      });
    } else if (value < minimum) {
      this.add('too_small', `Number must be greater than or equal to ${minimum}`, path, {
        minimum,
        type: 'number',
        inclusive: true,
        exact: false,
      });
    }
    return value;
  }

  optionalWhole(value: unknown, path: Path, minimum = 0): number | undefined {
    return value === undefined ? undefined : this.whole(value, path, minimum);
  }

  multiple(value: number | undefined, of: number, path: Path): void {
    if (value === undefined || value % of === 0) return;
    this.add('not_multiple_of', `Number must be a multiple of ${of}`, path, { multipleOf: of });
  }

  list(value: unknown, path: Path): readonly unknown[] {
    if (Array.isArray(value)) return value as unknown[];
    this.wrongType('array', value, path);
    return [];
  }

  oneOf(value: string, options: readonly string[], path: Path): void {
    if (options.includes(value)) return;
    const words = options.map((option) => `'${option}'`).join(' | ');
    this.add('invalid_enum_value', `Invalid enum value. Expected ${words}, received '${value}'`, path, {
      received: value,
      options,
    });
  }

  custom(message: string, path: Path): void {
    this.add('custom', message, path);
  }

  wrongType(expected: string, value: unknown, path: Path): void {
    const received = kindOf(value);
    const message = received === 'undefined' ? 'Required' : `Expected ${expected}, received ${received}`;
    this.add('invalid_type', message, path, { expected, received });
  }

  private add(code: string, message: string, path: Path, detail: Fields = {}): void {
    this.issues.push(issue(code, message, path, detail));
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
