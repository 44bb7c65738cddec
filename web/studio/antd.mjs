// Writes studio/antd.css: the styles of the parts of Ant Design that the studio
// uses, for light and dark. The page's policy allows no style made at run time,
// so they are made here. Run by `npm run build`.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { extractStyle } = require('@ant-design/static-style-extract');
const { ConfigProvider, theme } = require('antd');
const React = require('react');
const { token, light: inLight, dark: inDark, parts } = require('./theme.json');

const styles = (name, algorithm, own) =>
  extractStyle({
    customTheme: (node) =>
      React.createElement(
        ConfigProvider,
        { theme: { algorithm, token: { ...token, ...own }, hashed: false, cssVar: { key: name } } },
        node,
      ),
    includes: parts,
  });
const light = styles('fudai-light', theme.defaultAlgorithm, inLight);
const dark = styles('fudai-dark', theme.darkAlgorithm, inDark);

// Both hold the same rules but for the values of their variables.
const rules = (css) => css.match(/[^{}]+\{(?:[^{}]|\{[^{}]*\})*\}/g) ?? [];
const have = new Set(rules(light));
const css = [...have, ...rules(dark).filter((r) => !have.has(r))].join('\n');
writeFileSync(new URL('./antd.css', import.meta.url), `${css}\n`);
console.log(`studio/antd.css: ${Math.round(css.length / 1024)} KiB`);
