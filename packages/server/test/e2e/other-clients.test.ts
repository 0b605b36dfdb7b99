import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { connectUser } from '../support/connect-user.ts';
import { hasProgram } from '../support/has-program.ts';
import { addUser, firstAdmin, signIn } from '../support/local-users.ts';
import { runProgram } from '../support/run-program.ts';
import { sharedServer } from '../support/shared-server.ts';
import { JWT_SECRET, mintUserToken } from '../support/test-users.ts';
import { until } from '../support/until.ts';

/** Debian's Python, which has Debian's python3-websockets. */
const PYTHON = '/usr/bin/python3';
const TALK = fileURLToPath(new URL('../support/python/talk.py', import.meta.url));

const server = sharedServer({ env: { JWT_SECRET } });

describe.runIf(hasProgram([PYTHON, '-c', 'import websockets'], "Python's websockets"))("Python's websockets", () => {
  it('signs in, talks and listens like anybody else', async () => {
    await using ann = await connectUser(server(), 'ann');
    const python = runProgram([PYTHON, TALK, `ws://127.0.0.1:${server().port}/ws`, mintUserToken('python')]);
    // it exists once it has signed in
    const group = { group_name: 'g', member_ids: ['python'] };
    const made = await until('Python to sign in', async () => (await ann.exchange('create_group', group)).payload);
    const { id: chatId } = made as { readonly id: string };
    await ann.ask('message', { chat_id: chatId, content: 'hello, Python \u{1f40d}' });
    const answer = await ann.push('message:new');
    expect(answer.payload).toMatchObject({ sender_id: 'python', content: 'you said: hello, Python \u{1f40d}' });
    const { exitCode, stdout, stderr } = await python;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ pong: true, closed: 1000, refused: [4500, 'token_malformed'] });
  });
});

describe.runIf(hasProgram(['sh', '-c', 'command -v nc'], 'nc (netcat)'))('netcat', () => {
  it('signs in with a password and gets every answer, although it says all at once and then nothing more', async () => {
    const { token } = await signIn(server(), await firstAdmin(server()));
    const { username, password } = await addUser(server(), token, 'carl');
    await using ann = await connectUser(server(), 'ann');
    const lines = [
      { type: 'login', username, password, request_id: 1 },
      { type: 'find_users', query: 'carl', request_id: 2 },
      { type: 'create_group', group_name: 'from netcat', member_ids: ['ann'], request_id: 3 },
      { type: 'no_such_thing', request_id: 4 },
    ];
    const input = lines.map((line) => `${JSON.stringify(line)}\r\n`).join('');
    const nc = ['nc', '-N', '127.0.0.1', String(server().port)] as const;
    const { exitCode, stdout } = await runProgram(nc, { input });
    expect(exitCode).toBe(0);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly request_id: number; readonly status: string })
      .toSorted((a, b) => a.request_id - b.request_id);
    expect(answers.map(({ request_id: id, status }) => [id, status])).toEqual([
      [1, 'success'],
      [2, 'success'],
      [3, 'success'],
      [4, 'error'],
    ]);
    expect((await ann.push('chat:changed')).payload).toMatchObject({ change: 'created', name: 'from netcat' });
  });

  it('that speaks no JSON is told so in a line, and may go on', async () => {
    const nc = ['nc', '-N', '127.0.0.1', String(server().port)] as const;
    const { stdout } = await runProgram(nc, { input: '{"type":\n{"type":"ping"}\n' });
    const [refusal, answer] = stdout.trim().split('\n');
    expect(JSON.parse(refusal ?? '')).toMatchObject({ status: 'error', code: 'invalid_json' });
    expect(JSON.parse(answer ?? '')).toMatchObject({ type: 'ping', status: 'success' });
  });
});
