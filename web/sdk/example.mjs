// A viewer of the demo show in Node: node example.mjs http://127.0.0.1:8080/
import { Client, webSocket } from '@fudai/sdk';
import { WebSocket } from 'ws';

const base = process.argv[2] ?? 'http://127.0.0.1:8080/';
const seconds = Number(process.argv[3] ?? 30);
const { token } = await (await fetch(new URL('v1/demo-token?name=Node', base))).json();

const room = new Client({
  base,
  room: 'demo',
  token: () => token,
  env: { transports: [webSocket((url, protocols) => new WebSocket(url, protocols))] },
});
room.on('status', (s) => console.log('·', s.is));
room.on('hello', () => room.say('来了来了，Node 也能看直播'));
room.on('items', ({ items, model }) => {
  for (const i of items) {
    if (i.t === 'c') console.log(`${i.n}: ${i.x}`);
    if (i.t === 'give' && i.state === 'open' && !room.entry(i.event)) room.enter(i.event, i.phrase);
    if (i.t === 'online') console.log(`· ${model.online} watching`);
  }
});
room.on('mine', (m) => console.log('· mine', m.state, m.code ?? ''));
room.on('entry', (e) => console.log('· entry', e.event, e.state));
room.on('result', (r) => console.log('· result', r.state, r.entered, r.winners?.map((w) => w.n).join(' ') ?? ''));
room.start();
setTimeout(() => room.stop(), seconds * 1000);
