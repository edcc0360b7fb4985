/**
 * Programs that never end, of every kind: what a turn costs, who makes it, and whether the engine
 * comes to ask its interrupt handler in it. Each begins in a session of its own making.
 */
export const LOOPS: readonly string[] = [
  // Cheap turns.
  "for(;;);",
  "while(true){}",
  "do{}while(true)",
  "let i=0;for(;;)i=(i+1)|0",
  "(function(){for(let i=0;;i=i*31%1000003);})()",
  "let a=[1,2,3];for(let i=0;;i++)a[i%3]=i",
  "outer: do{for(;;)continue outer}while(true)",
  "let o={n:0};for(;;)o.n++",
  // Calls, recursion, exceptions.
  "(function f(){try{f()}finally{f()}})()",
  "const f=n=>n<2?n:f(n-1)+f(n-2);f(99)",
  "for(;;)try{for(;;);}catch{}",
  "for(;;)try{throw new Error('x')}catch{}",
  "for(;;)try{null.x}catch{}",
  "(function(){try{for(;;);}finally{return 1}})()",
  "for(;;)(()=>{})()",
  "class A{constructor(){this.x=1}};for(;;)new A",
  // Getters, setters, conversions, proxies.
  "({get a(){for(;;);}}).a",
  "const o={get a(){return 1}};for(;;)o.a",
  "({set a(_){for(;;);}}).a=1",
  "+{valueOf(){for(;;);}}",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the guest's template
  "`${{toString(){for(;;);}}}`",
  "const p=new Proxy({},{get(){return 1}});for(;;)p.x",
  "'a' in new Proxy({},{has(){for(;;);}})",
  "for(const _ in new Proxy({},{ownKeys(){for(;;);}}));",
  "for(;;)Reflect.ownKeys(new Proxy({a:1},{}))",
  // Iterators and generators.
  "for(const _ of (function*(){for(;;)yield 1})());",
  "const g=(function*(){for(;;)yield [...Array(50).keys()]})();for(;;)g.next()",
  "for(const _ of {[Symbol.iterator]:()=>({next:()=>({done:false})})});",
  "const a=[1];for(const x of a){a.push(x);a.fill(0)}",
  // Asynchronous.
  "(async()=>{for(;;)await 0})(); 1",
  "(async()=>{for(;;)await Promise.all([1,2,3])})()",
  "(function f(){Promise.resolve().then(f)})()",
  "(function f(){queueMicrotask(f);queueMicrotask(()=>{})})()",
  "(async()=>{for await(const _ of (async function*(){for(;;)yield 1})());})()",
  "Promise.resolve().then(()=>{for(;;);})",
  "setTimeout(()=>{for(;;);});1",
  "(function f(){setTimeout(f,0);for(let i=0;i<1e5;i++);})()",
  // Natives that call back.
  "[3,2,1].sort(()=>{for(;;);})",
  "const a=Array.from({length:2000},(_,i)=>i*7919%2003);for(;;)a.slice().sort((x,y)=>x-y)",
  "'abc'.replace(/b/,()=>{for(;;);})",
  "for(;;)'ababab'.replace(/a/g,x=>x+x)",
  "[1].map(()=>{for(;;);})",
  "const a=Array(1000).fill(1);for(;;)a.map(x=>x+1).filter(x=>x).reduce((x,y)=>x+y)",
  "JSON.parse('[1,2]',()=>{for(;;);})",
  "JSON.stringify({toJSON(){for(;;);}})",
  // Natives that cost much in each turn, after others that cost little.
  "for(;;)JSON.stringify([1,2,3])",
  "const big=JSON.stringify(Array.from({length:2e3},(_,i)=>({i})));for(;;)JSON.parse(big)",
  "const big=JSON.stringify(Array.from({length:2e4},(_,i)=>({i})));for(;;)JSON.parse(big)",
  "const o=Array.from({length:5e3},(_,i)=>({i,s:'x'+i}));for(;;)JSON.stringify(o)",
  "const a=Array.from({length:2e4},(_,i)=>i*7919%20011);for(;;)a.toSorted()",
  "const a=Array.from({length:5e4},(_,i)=>i);for(;;)a.indexOf(-1)",
  "const s='x'.repeat(1e6);for(let i=0;i<1e5;i++);for(;;)s.indexOf('y')",
  "const s='a,b,'.repeat(2e4);for(let i=0;i<1e5;i++);for(;;)s.split(',')",
  "for(let i=0;i<1e5;i++);for(;;)new Array(1e5).fill(0)",
  "const t=new Float64Array(1e5).map((_,i)=>i*7919%100003);for(;;)t.slice().sort()",
  "let s='x'; for(;;){s+=s.slice(0,10); if(s.length>1e5)s='x'}",
  "let b=3n;for(;;){b=b*b;if(b>1n<<60000n)b=3n}",
  "for(let i=0;;i++)new Function('a','return a+'+i)(1)",
  "for(;;)eval('1')",
  "const m=new Map(Array.from({length:1e4},(_,i)=>[i,i]));for(;;)new Map(m)",
  "const o=Array.from({length:3e3},(_,i)=>({i}));for(;;)structuredClone(o)",
  // Regular expressions.
  "/(a+)+b/.test('a'.repeat(40))",
  "/(a|a)*b/.test('a'.repeat(40))",
  "/^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(60))",
  "for(;;)/(a|b)*c/.test('ababab')",
  "const s='ab'.repeat(5e4);for(let i=0;i<1e5;i++);for(;;)/(?:a|b)*c/.exec(s)",
  // Calls of the host.
  "for(;;)crypto.getRandomValues(new Uint8Array(65536))",
  "for(let i=0;;i++)new URL('http://a.example/'+'x/../'.repeat(5000)+i)",
  "while(Date.now()<9e15)performance.now()",
  "for(;;)new TextDecoder().decode(new TextEncoder().encode('é'.repeat(1e4)))",
  "for(;;)atob(btoa('x'.repeat(1e4)))",
];

/** Natives that never ask anybody: only a kill ends them. */
export const NATIVES: readonly string[] = [
  "Array.prototype.indexOf.call({length:2**53-1},1)",
  "Array.prototype.reverse.call({length:2**53-1})",
  "new Array(1e9)+''",
  "Array.prototype.includes.call({length:2**53-1},1)",
  "Array.prototype.every.call({length:2**53-1},x=>x)",
  "const s='a'.repeat(5e5);(s+'b').includes(s.slice(1)+'c'+s)||'ab'.repeat(1e6).indexOf('b'.repeat(3e5)+'c');Array.prototype.lastIndexOf.call({length:2**53-1},1)",
];
