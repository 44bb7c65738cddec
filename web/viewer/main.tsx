import { render } from 'preact';
import { App } from './app.tsx';
import { start } from './store.ts';
import './style.css';

const path = /^\/r\/([A-Za-z0-9._-]{1,64})\/?$/.exec(location.pathname);
start(path?.[1] ?? 'demo');

const root = document.getElementById('app');
if (root) render(<App />, root);
