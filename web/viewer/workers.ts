import checker from './checker.ts?worker&url';
import solver from './solver.ts?worker&url';

// Under the page's policy a worker's address must be a trusted one. This is the
// only policy, and it knows two addresses, fixed at build time.
interface Trusting {
  trustedTypes?: {
    createPolicy(name: string, rules: { createScriptURL(s: string): string }): { createScriptURL(s: string): string };
  };
}
const trusted = (window as Trusting).trustedTypes?.createPolicy('fudai', {
  createScriptURL: (s) => {
    if (s !== checker && s !== solver) throw new TypeError('not a script of this page');
    return s;
  },
});

const made = (url: string): Worker => new Worker(trusted?.createScriptURL(url) ?? url, { type: 'module' });

/** Checks a draw: checker.ts. */
export const checking = (): Worker => made(checker);
/** Does the work that a server asks for before an entry: solver.ts. */
export const solving = (): Worker => made(solver);
