import type { ComponentChildren } from 'preact';
import { memo } from 'preact/compat';
import { Fu } from './icons.tsx';

// The drawn host, for rooms without a stream: a lucky cat at its desk under
// lanterns. All of it is vector and CSS; it moves only in transforms and
// opacity, which the compositor does without the main thread.

export const Scene = memo(function Scene() {
  return (
    <>
      <div class="wall" />
      <div class="glow" />
      <div class="lights">
        {Array.from({ length: 9 }, (_, i) => (
          <i key={i} class={`b${i}`} />
        ))}
      </div>
      <Lantern side="left" />
      <Lantern side="right" />
      <Shelf side="left" />
      <Shelf side="right" />
      <Cat />
      <Desk />
    </>
  );
});

function Lantern({ side }: { side: string }) {
  return (
    <svg class={`lantern ${side}`} viewBox="0 0 100 220">
      <path d="M50 0v46" stroke="#8c5a2b" stroke-width="3" />
      <ellipse cx="50" cy="100" rx="44" ry="50" fill="#d92d2d" />
      <ellipse cx="50" cy="100" rx="28" ry="50" fill="#ea4a3d" />
      <ellipse cx="50" cy="100" rx="11" ry="50" fill="#f5705c" />
      <rect x="30" y="42" width="40" height="12" rx="4" fill="#f4b942" />
      <rect x="30" y="146" width="40" height="12" rx="4" fill="#f4b942" />
      <circle cx="50" cy="100" r="21" fill="#ffd873" />
      <Fu x={50} y={100} scale={0.58} />
      <path d="M42 158v34M50 158v44M58 158v34" stroke="#f4b942" stroke-width="3" stroke-linecap="round" />
    </svg>
  );
}

function Shelf({ side }: { side: string }) {
  return (
    <svg class={`shelf ${side}`} viewBox="0 0 220 260">
      <rect x="0" y="112" width="220" height="10" rx="3" fill="#7a3b2a" />
      <rect x="0" y="242" width="220" height="10" rx="3" fill="#7a3b2a" />
      <rect x="18" y="58" width="40" height="54" rx="6" fill="#2f6f57" />
      <rect x="18" y="74" width="40" height="20" fill="#f4e3c1" />
      <rect x="22" y="50" width="32" height="10" rx="4" fill="#c9a15a" />
      <path d="M84 112c-6 0-10-6-9-16l4-34h30l4 34c1 10-3 16-9 16z" fill="#e8eef5" />
      <path d="M77 84h34l2 12c1 10-3 16-9 16H84c-6 0-10-6-9-16z" fill="#7fb2d9" />
      <rect x="136" y="72" width="56" height="40" rx="4" fill="#f2994a" />
      <path d="M164 72v40M136 92h56" stroke="#fff0d9" stroke-width="5" />
      <path d="M36 242c-14 0-20-10-18-26h40c2 16-4 26-18 26z" fill="#b5573c" />
      <path
        d="M38 216c-4-26-20-30-24-32 2 18 10 28 24 32zm0 0c2-30 18-40 24-42 0 22-8 36-24 42zm0 0c-2-30 0-44 4-52 6 20 6 36-4 52z"
        fill="#4f9d69"
      />
      <rect x="86" y="186" width="30" height="56" rx="5" fill="#e5383b" />
      <rect x="92" y="176" width="18" height="12" rx="3" fill="#ffd873" />
      <rect x="122" y="196" width="30" height="46" rx="5" fill="#8e5bb5" />
      <rect x="128" y="186" width="18" height="12" rx="3" fill="#ffd873" />
      <circle cx="184" cy="222" r="20" fill="#ff9f43" />
      <path d="M184 203c4-8 10-8 14-7-2 6-8 9-14 7z" fill="#4f9d69" />
    </svg>
  );
}

// Each moving part is a picture of its own: an SVG element that is moved as a
// whole is moved by the compositor, while a group inside one is painted anew
// sixty times a second (measured: twice to three times the main thread's work).

function Part({ of, children }: { of: string; children: ComponentChildren }) {
  return (
    <svg class={`part ${of}`} viewBox="0 0 520 520">
      {children}
    </svg>
  );
}

function Cat() {
  return (
    <div class="cat">
      <Part of="back">
        <defs>
          <radialGradient id="fur" cx=".45" cy=".35" r=".8">
            <stop offset="0" stop-color="#fffdf8" />
            <stop offset=".7" stop-color="#fff3df" />
            <stop offset="1" stop-color="#f3ddbd" />
          </radialGradient>
          <radialGradient id="halo" cx=".5" cy=".5" r=".5">
            <stop offset=".8" stop-color="#ffe196" stop-opacity="0" />
            <stop offset=".88" stop-color="#ffe9b0" stop-opacity=".75" />
            <stop offset="1" stop-color="#ffe196" stop-opacity="0" />
          </radialGradient>
          <clipPath id="head">
            <path d="M260 96c84 0 132 52 132 118s-52 112-132 112-132-46-132-112S176 96 260 96z" />
          </clipPath>
        </defs>
        <circle cx="260" cy="222" r="236" fill="url(#halo)" />
        <circle cx="260" cy="222" r="206" fill="none" stroke="#fff1cf" stroke-width="16" />
        <circle cx="260" cy="222" r="206" fill="none" stroke="#ffffff" stroke-width="4" opacity=".8" />
      </Part>
      <div class="breathe">
        <Part of="body">
          <path d="M150 520c-6-120 30-206 110-206s116 86 110 206z" fill="url(#fur)" />
          <path d="M196 372c36 26 92 26 128 0l26 148H170z" fill="#d92d2d" />
          <circle cx="260" cy="452" r="44" fill="#ffc53d" />
          <circle cx="260" cy="452" r="36" fill="none" stroke="#e09a1a" stroke-width="3" />
          <Fu x={260} y={452} scale={1} />
        </Part>
        <Part of="paw">
          <path d="M356 420c34-12 52-60 48-134-2-32 56-36 58-2 6 96-20 166-84 186z" fill="url(#fur)" />
          <ellipse cx="433" cy="262" rx="41" ry="43" fill="url(#fur)" />
          <ellipse cx="433" cy="274" rx="17" ry="13" fill="#ff9d94" />
          <circle cx="411" cy="254" r="7.500" fill="#ff9d94" />
          <circle cx="433" cy="245" r="7.500" fill="#ff9d94" />
          <circle cx="455" cy="254" r="7.500" fill="#ff9d94" />
          <path d="M399 330c22 8 44 8 62-2" stroke="#d92d2d" stroke-width="13" fill="none" stroke-linecap="round" />
        </Part>
        <Part of="arm">
          <path d="M166 430c-22-6-34-26-30-44 20-10 56 4 66 30z" fill="url(#fur)" />
        </Part>
        <Part of="hold">
          <path d="M84 388c10 8 20 4 30 0 10 4 20 8 30 0 3 12-2 22-10 30H94c-8-8-13-18-10-30z" fill="#ff7a66" />
          <path d="M90 416c-22 16-34 40-34 60 0 24 22 32 58 32s58-8 58-32c0-20-12-44-34-60z" fill="#e5383b" />
          <path d="M86 416h56" stroke="#ffc53d" stroke-width="10" stroke-linecap="round" />
          <circle cx="114" cy="464" r="24" fill="#ffc53d" />
          <Fu x={114} y={464} scale={0.62} />
          <ellipse cx="160" cy="432" rx="30" ry="24" fill="url(#fur)" />
          <path d="M142 430v12M154 428v16" stroke="#e3c9a3" stroke-width="3" stroke-linecap="round" />
        </Part>
        <div class="nod">
          <Part of="face">
            <path d="M142 178 136 62c-1-12 10-14 18-6l72 58z" fill="url(#fur)" />
            <path d="m154 148-4-60 46 36z" fill="#ffb8a8" />
            <path d="m378 178 6-116c1-12-10-14-18-6l-72 58z" fill="#f2994a" />
            <path d="m366 148 4-60-46 36z" fill="#ffb8a8" />
            <path d="M260 96c84 0 132 52 132 118s-52 112-132 112-132-46-132-112S176 96 260 96z" fill="url(#fur)" />
            <g clip-path="url(#head)">
              <path d="M268 84c60 0 132 30 136 96-34 14-66 6-88-18-18-20-34-48-48-78z" fill="#f2994a" />
              <path d="M222 84c-8 34-20 52-40 62-14-8-24-26-22-46z" fill="#6d4a3a" opacity=".9" />
            </g>
            <ellipse cx="180" cy="262" rx="25" ry="15" fill="#ffb0a3" opacity=".75" />
            <ellipse cx="340" cy="262" rx="25" ry="15" fill="#ffb0a3" opacity=".75" />

            <path d="M251 243h18l-9 10z" fill="#e86a5c" stroke="#e86a5c" stroke-width="4" stroke-linejoin="round" />

            <path
              d="M150 236l-54-12M150 250l-56 2M152 264l-52 16M370 236l54-12M370 250l56 2M368 264l52 16"
              stroke="#d9bf98"
              stroke-width="4"
              stroke-linecap="round"
            />
          </Part>
          <Part of="eyes">
            <ellipse cx="208" cy="216" rx="17" ry="21" fill="#3b2418" />
            <ellipse cx="312" cy="216" rx="17" ry="21" fill="#3b2418" />
            <circle cx="214" cy="208" r="6.500" fill="#fff" />
            <circle cx="318" cy="208" r="6.500" fill="#fff" />
            <circle cx="203" cy="225" r="3" fill="#fff" opacity=".8" />
            <circle cx="307" cy="225" r="3" fill="#fff" opacity=".8" />
          </Part>
          <Part of="mouth">
            <path d="M240 268c8 28 32 28 40 0z" fill="#a8322c" />
            <path d="M248 282c8-6 16-6 24 0-6 8-18 8-24 0z" fill="#ff8f83" />
          </Part>
          <Part of="front">
            <path
              d="M260 254c0 16-22 22-32 8M260 254c0 16 22 22 32 8"
              stroke="#3b2418"
              stroke-width="5"
              fill="none"
              stroke-linecap="round"
            />
            <path d="M132 226C120 92 400 92 388 226" stroke="#3a3f58" stroke-width="11" fill="none" stroke-linecap="round" />
            <rect x="112" y="196" width="34" height="60" rx="15" fill="#e5383b" />
            <rect x="374" y="196" width="34" height="60" rx="15" fill="#e5383b" />
            <path d="M128 252c2 40 30 54 74 52" stroke="#3a3f58" stroke-width="6" fill="none" stroke-linecap="round" />
            <ellipse cx="208" cy="304" rx="15" ry="9" fill="#3a3f58" />
          </Part>
        </div>
        <Part of="collar">
          <path d="M174 330c48 34 124 34 172 0" stroke="#b3261e" stroke-width="17" fill="none" stroke-linecap="round" />
          <circle cx="260" cy="364" r="19" fill="#ffc53d" />
          <path d="M244 360h32M260 368v10" stroke="#b9791a" stroke-width="4" stroke-linecap="round" />
        </Part>
      </div>
    </div>
  );
}

function Desk() {
  return (
    <div class="desk">
      <svg class="goods" viewBox="0 0 720 120" preserveAspectRatio="xMidYMax meet">
        <g>
          <rect x="40" y="44" width="70" height="76" rx="8" fill="#2f6f57" />
          <rect x="40" y="66" width="70" height="30" fill="#f4e3c1" />
          <path d="M66 84c10 2 16-6 18-14-12 0-18 6-18 14z" fill="#2f6f57" />
          <rect x="47" y="32" width="56" height="15" rx="6" fill="#c9a15a" />
        </g>
        <g>
          <circle cx="168" cy="92" r="28" fill="#ff9f43" />
          <circle cx="216" cy="96" r="24" fill="#ffb057" />
          <path d="M168 65c6-12 16-12 22-10-3 9-12 13-22 10z" fill="#4f9d69" />
        </g>
        <g>
          <path d="M520 120V74c0-6 4-10 10-10h56c6 0 10 4 10 10v46z" fill="#f7f2ea" />
          <path d="M596 78h12c16 0 16 30 0 30h-12" fill="none" stroke="#f7f2ea" stroke-width="8" />
          <path d="M548 88c4-8 14-6 14 2 0 7-8 11-14 16-6-5-14-9-14-16 0-8 10-10 14-2z" fill="#e5383b" />
        </g>
        <g>
          <rect x="630" y="56" width="62" height="64" rx="6" fill="#8e5bb5" />
          <path d="M661 56v64M630 82h62" stroke="#ffd873" stroke-width="7" />
          <path
            d="M661 56c-16-4-24-18-14-22s14 12 14 22zm0 0c16-4 24-18 14-22s-14 12-14 22z"
            fill="none"
            stroke="#ffd873"
            stroke-width="6"
          />
        </g>
      </svg>
      <svg class="steam" viewBox="0 0 60 40">
        <path d="M12 34c-6-8 6-12 0-22M38 34c-6-8 6-12 0-22" stroke="#fff" stroke-width="4" fill="none" stroke-linecap="round" />
      </svg>
      <div class="cloth">
        <span>福袋直播间</span>
      </div>
    </div>
  );
}
