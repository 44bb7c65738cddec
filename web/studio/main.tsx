/** @jsxImportSource react */
import { ConfigProvider, theme as looks } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import 'dayjs/locale/zh-cn';
import dayjs from 'dayjs';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { guess } from '../words/index.ts';
import './antd.css';
import { Entrance } from './entrance.tsx';
import type { Language } from './state.tsx';
import './style.css';
import design from './theme.json';

// The marketers' studio, at /studio#t=TOKEN.

function Root() {
  const [language, speak] = useState<Language>(() => kept('language') ?? guess(navigator.languages));
  const [dark, turn] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const m = matchMedia('(prefers-color-scheme: dark)');
    const hear = (): void => turn(m.matches);
    m.addEventListener('change', hear);
    return () => m.removeEventListener('change', hear);
  }, []);
  useEffect(() => {
    dayjs.locale(language === 'zh' ? 'zh-cn' : 'en');
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.title = language === 'zh' ? '福袋 营销台' : 'Fudai studio';
    try {
      localStorage.setItem('fudai.studio.language', language);
    } catch {
      // Not kept, then.
    }
  }, [language]);
  return (
    <ConfigProvider
      locale={language === 'zh' ? zhCN : enUS}
      wave={{ disabled: true }}
      theme={{
        algorithm: dark ? looks.darkAlgorithm : looks.defaultAlgorithm,
        token: { ...design.token, ...(dark ? design.dark : design.light) },
        hashed: false,
        cssVar: { key: dark ? 'fudai-dark' : 'fudai-light' },
        zeroRuntime: true,
      }}
    >
      <Entrance language={language} speak={speak} dark={dark} />
    </ConfigProvider>
  );
}

function kept(what: string): Language | undefined {
  try {
    const l = localStorage.getItem(`fudai.studio.${what}`);
    return l === 'zh' || l === 'en' ? l : undefined;
  } catch {
    return undefined;
  }
}

const root = document.getElementById('studio');
if (root) createRoot(root).render(<Root />);
