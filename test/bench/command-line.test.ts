import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../bench/command-line.ts';

const table = (name: string) => ({ name, title: `of ${name}`, measure: async () => [] });
const tables = [table('edge'), table('bytes')];

describe('npm run bench', () => {
  it('measures all tables, or those that are named, in their own order', () => {
    expect(readCommandLine([], tables)).toEqual({ tables, json: false, page: true });
    expect(readCommandLine(['bytes', 'edge', '--json'], tables)).toMatchObject({ tables });
    expect(readCommandLine(['bytes', '--no-page'], tables)).toEqual({
      tables: tables.slice(1),
      json: false,
      page: false,
    });
  });

  it('lists tables and options for --help', () => {
    const asked = readCommandLine(['--help'], tables);
    expect(asked).toMatchObject({ code: 0 });
    expect('text' in asked ? asked.text : '').toMatch(/ {2}bytes {2}of bytes\n[\s\S]*--json/);
  });

  it.each([
    [['nothing'], 'there is no table "nothing", only edge, bytes'],
    [['--jason'], "Unknown option '--jason'"],
    [['--json=1'], "Option '--json' does not take an argument"],
  ])('refuses %j in one sentence', (args, reason) => {
    expect(readCommandLine(args, tables)).toEqual({
      text: `bench: ${reason}; npm run bench -- --help lists tables and options\n`,
      code: 2,
    });
  });

  it('ends with 2 and without a stack trace', async () => {
    const args = ['--import', 'tsx', 'bench/main.ts', '--jason'];
    await expect(promisify(execFile)(process.execPath, args)).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^bench: [^\n]*\n$/),
    });
  });
});
