import { line, yuan } from './clean.ts';
import { w } from './prefs.ts';
import { client, product } from './store.ts';

/** What the host is showing, with the way to buy it always in reach. */
export function ProductCard() {
  const p = product.value;
  if (!p) return null;
  const out = p.stock === 0;
  return (
    <article class="product" aria-label={w('onAir')}>
      <div class="product-pic" aria-hidden="true">
        {p.image ? <img src={p.image} alt="" loading="lazy" referrerpolicy="no-referrer" /> : <Box />}
        <span class="product-on">{w('onAir')}</span>
      </div>
      <div class="product-words">
        <h2>
          <bdi>{line(p.title)}</bdi>
        </h2>
        {p.facts?.length ? <p class="facts">{p.facts.map((f) => line(f)).join(' · ')}</p> : null}
        <p class="price">
          {p.price !== undefined && <b>{w('price', { p: yuan(p.price) })}</b>}
          {p.was !== undefined && <s>{w('price', { p: yuan(p.was) })}</s>}
          {p.stock !== undefined && p.stock > 0 && p.stock < 100 && <small>{w('stock', { n: p.stock })}</small>}
        </p>
      </div>
      <button type="button" class="buy" disabled={out} onClick={() => client.need('buy', p)}>
        {out ? w('soldOut') : w('buy')}
      </button>
    </article>
  );
}

function Box() {
  return (
    <svg viewBox="0 0 64 64">
      <rect width="64" height="64" fill="#ffe9cf" />
      <ellipse cx="32" cy="53" rx="20" ry="3.500" fill="#e8c79c" />
      <path d="M17 22h30l-2 30H19z" fill="#2f6f57" />
      <path d="M17 22h30l-.6 8H17.600z" fill="#3d8a6d" />
      <rect x="20" y="14" width="24" height="9" rx="3" fill="#c9a15a" />
      <circle cx="32" cy="38" r="8" fill="#f7efdd" />
      <path
        d="M28 39c5 1 7-3 8-6-5 0-8 2-8 6zm0 0-1 3"
        stroke="#2f6f57"
        stroke-width="1.800"
        fill="none"
        stroke-linecap="round"
      />
    </svg>
  );
}
