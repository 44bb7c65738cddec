/** @jsxImportSource react */
import { App as Notices } from 'antd';
import { createContext, useCallback, useContext, useEffect, useState } from 'react';
import { money, sign } from '../words/money.ts';
import { en, type StudioWord, zh } from '../words/studio.ts';
import { type Api, type Me, Refused, type Room, type Shop } from './api.ts';
import { sentence } from './say.ts';

export type Language = 'zh' | 'en';

export interface Studio {
  api: Api;
  me: Me;
  shop: Shop;
  rooms: Room[];
  language: Language;
  /** Asks for shop, rooms and rights again, after they were changed. */
  again: () => void;
}

const Here = createContext<Studio | undefined>(undefined);
export const StudioProvider = Here.Provider;

export function useStudio(): Studio {
  const s = useContext(Here);
  if (!s) throw new Error('outside of a shop');
  return s;
}

/** Texts in the reader's language. */
export function texts(language: Language) {
  return (key: StudioWord, values?: Record<string, string | number>): string => {
    const text: string = (language === 'zh' ? zh : en)[key];
    return values === undefined ? text : text.replace(/\{(\w+)\}/g, (all, n: string) => String(values[n] ?? all));
  };
}

export function useWords() {
  return texts(useStudio().language);
}

/** Amounts of the shop, and what stands before one that is typed. */
export function useMoney(): { money: (minor: number) => string; sign: string } {
  const { currency } = useStudio().shop;
  return { money: (minor) => money(minor, currency), sign: sign(currency) };
}

/** Whether the roles of whoever is here allow it; the server asks again. */
export function useMay(): (what: string) => boolean {
  const { me } = useStudio();
  return (what) => me.may.includes(what);
}

/** Something of the server, asked for again every so often and after `again`. */
export function useLoad<T>(load: () => Promise<T>, on: readonly unknown[], everyMs = 0) {
  const [value, set] = useState<T | undefined>(undefined);
  const [failed, fail] = useState<unknown>(undefined);
  const [turn, next] = useState(0);
  useEffect(() => {
    let gone = false;
    let timer = 0;
    const run = async (): Promise<void> => {
      try {
        const got = await load();
        if (gone) return;
        set(got);
        fail(undefined);
      } catch (e) {
        if (!gone) fail(e);
      }
      if (!gone && everyMs > 0) timer = window.setTimeout(() => void run(), everyMs);
    };
    void run();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [...on, turn]);
  return { value, failed, again: useCallback(() => next((n) => n + 1), []) };
}

/** Does something and says how it went; true if it went well. */
export function useDo(): (what: () => Promise<unknown>, done?: StudioWord) => Promise<boolean> {
  const { message } = Notices.useApp();
  const { language } = useStudio();
  return async (what, done = 'done') => {
    try {
      await what();
      message.success(texts(language)(done));
      return true;
    } catch (e) {
      const s = sentence(language, e);
      message.error(s, e instanceof Refused && e.problems.length > 0 ? 8 : 5);
      return false;
    }
  };
}
