import { Client, webSocket } from './sdk/index.ts';
import { WebSocket } from 'ws';
const url = process.argv[2] ?? '';
for (let i = 0; i < 60; i++) {
  const { token } = (await (await fetch(`${url}v1/demo-token?name=Node`)).json()) as { token: string };
  const log: string[] = [];
  const t0 = Date.now();
  const say = (s: string) => log.push(`${Date.now() - t0} ${s}`);
  const client = new Client({ base: url, room: 'demo', token: () => token,
    env: { transports: [webSocket((u, p) => { const w = new WebSocket(u, p); const send = w.send.bind(w); (w as any).send = (d: any) => { say('>' + d); send(d); }; w.on('message', (d) => { const s = String(d); if (!s.startsWith('{"op":"frame"') && !s.startsWith('{"op":"state"')) say('<' + s.slice(0, 300)); else if (s.includes('from node')) say('<frame has it'); }); return w as never; })] } });
  client.on('status', (s) => say('status ' + JSON.stringify(s)));
  let timer: any;
  const ok = await new Promise<boolean>((done) => { timer = setTimeout(() => done(false), 40_000); client.on('mine', (m) => { say('mine ' + JSON.stringify(m)); if (m.state === 'done') done(true); }); client.on('hello', () => client.say(`hello from node ${Date.now()}`)); client.start(); });
  clearTimeout(timer); client.stop();
  console.log(i, ok, Date.now() - t0); if (!ok || i === 0) console.log(log.join('\n'));
}
process.exit(0);
