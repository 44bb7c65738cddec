import { money } from '../words/money.ts';
import { line } from './clean.ts';
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
        {p.image ? <img src={p.image} alt="" loading="lazy" referrerpolicy="no-referrer" /> : <Parcel item={p.item ?? ''} />}
        <span class="product-on">{w('onAir')}</span>
      </div>
      <div class="product-words">
        <h2>
          <bdi>{line(p.title)}</bdi>
        </h2>
        {p.facts?.length ? <p class="facts">{p.facts.map((f) => line(f)).join(' · ')}</p> : null}
        <p class="price">
          {p.price !== undefined && <b>{money(p.price, p.currency)}</b>}
          {p.was !== undefined && <s>{money(p.was, p.currency)}</s>}
          {p.stock !== undefined && p.stock > 0 && p.stock < 100 && <small>{w('stock', { n: p.stock })}</small>}
        </p>
      </div>
      <button type="button" class="buy" disabled={out} onClick={() => client.need('buy', p)}>
        {out ? w('soldOut') : w('buy')}
      </button>
    </article>
  );
}

const papers = ['#2f6f57', '#b5493c', '#3f6ea5', '#8e5bb5', '#b9791a'];

/** A parcel, where the shop gave no picture; the same product always has the same paper. */
function Parcel({ item }: { item: string }) {
  let sum = 0;
  for (const c of item) sum = (sum * 31 + (c.codePointAt(0) ?? 0)) % 9973;
  const paper = papers[sum % papers.length] ?? '#2f6f57';
  return (
    <svg viewBox="0 0 64 64">
      <rect width="64" height="64" fill="#ffe9cf" />
      <ellipse cx="32" cy="54" rx="21" ry="3.5" fill="#e8c79c" />
      <path d="M14 24h36l-2 29H16z" fill={paper} />
      <path d="M14 24h36l-.6 8H14.6z" fill="#000" opacity=".14" />
      <path d="M24 24c0-14 16-14 16 0" fill="none" stroke="#c9a15a" stroke-width="3" stroke-linecap="round" />
      <circle cx="32" cy="41" r="7.5" fill="#fff6e4" />
      <path d="M32 45.5l-4-3.800c-2.200-2.200.4-5.700 4-2.800 3.600-2.900 6.200.6 4 2.800z" fill={paper} />
    </svg>
  );
}
