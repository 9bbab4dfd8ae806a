// The explorer's controls. Places, numbers and sentences come from Python: nothing is computed.
document.querySelectorAll('.explore:not([data-on])').forEach(box => {
const doc = document, $ = q => box.querySelector(q),
all = q => [...box.querySelectorAll(q)],
card = box.closest('.explore-card'),
D = JSON.parse($('script').textContent), T = D.t, P = D.k || [], N = P.length, V = D.v,
map = $('.map'),
matrix = $('.mx'),
input = {},
options = k => input[k] ? [...input[k].options].map(o => o.text) : [],
put = (e, ...kids) => e.replaceChildren(...kids),
text = (e, t) => { e.textContent = t; return e },
flag = (e, name, is) => e.classList.toggle(name, is),
give = (e, o) => { for (const k in o) e.setAttribute(k, o[k]); return e },
make = (tag, t, cls = '', ...kids) => { const e = text(doc.createElement(tag), t); e.className = cls; e.append(...kids); return e },
draw = (into, tag, o, t) => into.append(text(give(doc.createElementNS($('svg').namespaceURI, tag), o), t)),
button = (t, onclick, ...rest) => Object.assign(make('button', t, ...rest), { type: 'button', onclick });
box.dataset.on = doc.querySelectorAll('[data-on]').length;
all('[hidden]').forEach(e => e.removeAttribute('hidden'));
all('[data-k]').forEach(e => { const k = e.dataset.k; input[k] = e; e.previousElementSibling.htmlFor = e.id += box.dataset.on; e.oninput = () => set({ [k]: +e.value }) });
const B = options('bank'), W = options('word').slice(1), s = {};
if (input.with) put(input.with, ...[...input.bank.options].map(o => o.cloneNode(true)));
const groups = D.g,
first = V.length || 1,
moves = Object.keys(D.w).map(Number),
start = { bank: D.f, with: D.c, word: -1, view: 0, move: moves[0], raise: 0, order: 0, least: 0 },
mark = (e, i, j) => { flag(e, 'on', i == s.bank); flag(e, 'vs', j == s.with) },
// Letters are shares in whole per cent; the last says that there is none.
letter = (t, i) => { const v = D.l.indexOf(t[i]); return v > 100 ? null : v },
percent = v => v == null ? '–' : v + '%',
read = (list, i) => D.d ? list[i] : letter(list, i),
said = (i, w) => w < 0 ? null : read(D.s, i * W.length + w),
shown = v => D.d && v != null ? v.toFixed(1) : percent(v),
share = (i, j, n = 0) => {
const a = P.indexOf(i), b = P.indexOf(j), t = s.view < first ? D.o : D.p[s.view - first];
return a < 0 || b < 0 ? null : n == 1 && D.x[0] ? i == D.f ? letter(D.x[0], b) : j == D.f ? letter(D.x[1], a) : null : t[n] ? letter(t[n], a * N + b) : null;
},
// A Chinese text has a space beside Latin letters and none beside Chinese, as on the page.
han = '[㐀-䶿一-鿿]',
fill = (t, o) => t.replace(/\{(\w+)\}/g, (_, k) => '\x02' + o[k] + '\x02').replace(RegExp('(?<=' + han + ') ?\x02+ ?(?=' + han + ')', 'g'), '')
.replace(RegExp('(?<=' + han + ')\x02+(?=[+−]?[A-Za-z0-9.])|(?<=[A-Za-z0-9%.])\x02+(?=' + han + ')', 'g'), ' ').replace(/\x02/g, ''),
// Tables: sort, search, copy.
bodies = all('tbody'),
rows = bodies.map(b => [...b.rows]),
query = $('[type=search]'),
whole = all('table'),
unsort = () => all('[aria-sort]').forEach(h => h.removeAttribute('aria-sort')),
find = () => rows.flat().forEach(r => { r.hidden = !r.cells[0].textContent.toLowerCase().includes(query.value.toLowerCase()) }),
key = (r, i) => { const t = r.cells[i].textContent, v = parseFloat(t.replace(/,/g, '').replace('−', '-')); return t == '–' ? null : i && v == v ? v : t },
quote = t => '"' + (/^[=+@-]/.test(t) && isNaN(parseFloat(t)) ? '\x27' : '') + t.replace(/"/g, '""') + '"',
copy = () => {
const open = all('[open] table'), csv = (open.length ? open : whole.slice(0, 1)).map(t => [...t.rows].filter(r => !r.hidden).map(r => [...r.cells].map(c => quote(c.textContent)).join()).join('\r\n')).join('\r\n\r\n'),
give = e => { e.clipboardData.setData('text/plain', csv); e.preventDefault() };
doc.addEventListener('copy', give, { once: true });
doc.execCommand('copy');
text($('.done'), T.copied);
},
// A saved drawing brings its own colours: no other program knows those of the page.
looks = (from, to) => {
'fill fill-opacity stroke stroke-width font text-anchor dominant-baseline paint-order opacity display'.split(' ').forEach(k => to.style.setProperty(k, getComputedStyle(from)[k]));
[...from.children].forEach((c, i) => looks(c, to.children[i]));
},
save = () => {
const svgs = [map, matrix].filter(e => e), out = svgs[0].cloneNode(), link = make('a');
let y = 0;
svgs.forEach(one => {
const copy = one.cloneNode(true), { width, height } = one.viewBox.baseVal;
looks(one, copy);
out.append(give(copy, { x: 0, y, width, height }));
y += height + 20;
});
give(out, { viewBox: `0 0 760 ${y}` });
link.href = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(out)], { type: 'image/svg+xml' }));
link.download = 'explore.svg';
link.click();
},
banks = new Map(all('.bk').map(g => [+g.dataset.i, g])),
rays = all('.at'),
where = i => V[now].p[i],
// Labels of both layouts, the desk's and the phone's.
label = (texts, places) => texts.forEach((t, n) => { const p = places[n]; t.style.display = p ? '' : 'none'; if (p) give(t, { x: p[0], y: p[1], 'text-anchor': ['start', 'middle', 'end'][p[2]] }) }),
move = k => {
const v = V[now = k];
all('.ax').forEach((e, i) => text(e, v.e[i]));
banks.forEach((g, i) => {
const [region, , ...texts] = g.children, p = v.p[i];
g.style.display = p ? '' : 'none';
if (!p) return;
give(g, { transform: `translate(${p[0]} ${p[1]})` });
give(region, { rx: p[2], ry: p[3], transform: `rotate(${p[4]})` });
label(texts, p[5]);
});
rays.forEach(g => {
const [line, ...texts] = g.children, r = v.r[g.dataset.a];
g.style.display = r ? '' : 'none';
if (!r) return;
give(line, { x1: v.o[0], y1: v.o[1], x2: r[0], y2: r[1] });
label(texts, r[2]);
});
},
showMap = () => {
const top = Math.max(1, ...B.map((_, i) => said(i, s.word) || 0)), free = banks.has(s.bank) ? s.bank : [...banks.keys()][0], k = s.view < first ? s.view : 0;
if (now != k) move(k);
banks.forEach((g, i) => {
const v = said(i, s.word);
mark(g, i, i);
give(g, { 'aria-pressed': i == s.bank, tabindex: i == free ? 0 : -1 });
g.querySelectorAll('tspan').forEach(t => text(t, s.word < 0 ? '' : ' ' + shown(v)));
g.children[1].style.opacity = s.word < 0 ? '' : .15 + .85 * v / top;
});
rays.forEach(g => flag(g, 'on', g.dataset.a == s.word));
give($('.lk'), { d: banks.has(s.bank) && banks.has(s.with) ? 'M' + where(s.bank).slice(0, 2) + 'L' + where(s.with).slice(0, 2) : '' });
const v = V[now], mv = $('.mv'), gh = $('.gh'), ws = $('.ws'), step = s.raise && D.w[s.move][s.raise - 1];
[mv, gh, ws].forEach(e => put(e));
if (v.d) v.p.forEach((p, i) => p && draw(mv, 'line', { x1: p[6], y1: p[7], x2: p[0], y2: p[1], class: v.d[i] && v.d[i][3] ? 'far' : '' }));
if (moves.length) text($('.wi output'), '+' + 5 * s.raise);
if (!step) return;
const points = 5 * s.raise, [x, y, rx, ry, lean, near, ...more] = step, [before, then] = more.map(v => (v / 100).toFixed(2)), [from, to, low, high] = more.slice(2).map(v => (v > 0 ? '+' : v < 0 ? '−' : '') + Math.abs(v / 100).toFixed(2)), o = where(D.f);
draw(gh, 'line', { x1: o[0], y1: o[1], x2: x, y2: y });
draw(gh, 'circle', { cx: x, cy: y, r: 9 });
draw(gh, 'ellipse', { rx, ry, transform: `translate(${x} ${y}) rotate(${lean})` });
text(ws, fill(T.what, { points, word: W[s.move], bank: B[D.f], near: B[near], before, then }) + (low ? D.j + fill(from == to ? T.choice : T.range, { from, to, low, high }) : ''));
},
overlap = (i, j, keys) => {
const v = share(i, j), e = share(i, j, 1), low = share(i, j, 2), group = groups[s.view - first];
return v == null ? '' : fill(T[group ? 'category' : e == null ? 'only' : keys && low != null ? 'pair' : 'over'], { bank: B[i], other: B[j], category: group, share: percent(v), chance: percent(e), low: percent(low), high: percent(share(i, j, 3)) });
},
sentence = () => {
const b = s.bank, bank = B[b], near = D.near[b], v = V[s.view], hidden = D.h.includes(b), [score, low, high] = D.sc[b] || [], [distance, from, to, far] = v && v.d && v.d[b] || [];
return [hidden ? T.hidden : near ? fill(T[['same', 'apart'][near[1]] || 'near'], { bank, near: B[near[0]] }) : '',
D.n[b] && !hidden ? fill(T.few, { n: D.n[b] }) : '', overlap(b, s.with), score ? fill(T.score, { score, low, high }) : '',
distance ? fill(far ? T.moved : T.still, { bank, wave: v.since, distance, low: from, high: to }) : ''].filter(e => e).join(D.j);
},
bar = (name, value, marks, go) => button('', go, 'r', make('span', name), make('span', '', 'tr', ...marks.filter(m => m[1] != null).map(([k, x]) => { const e = make('i', '', k); e.style[k[0] == 'e' ? 'width' : 'left'] = x + '%'; return e })), make('span', value)),
bars = () => {
const b = s.bank, c = s.with, x = v => v == null ? v : 100 * v / D.top, over = w => said(b, w) == null ? -1e9 : said(b, w) - read(D.m, w);
if ($('.pf')) {
text($('.pf b'), '◆ ' + B[b]);
text($('.pf u'), '○ ' + B[c]);
put($('.pf .rows'), ...[...W.keys()].sort((p, q) => over(q) - over(p)).map(w => bar(W[w], shown(said(b, w)), [['s', x(read(D.m, w))], ['u', x(said(c, w))], ['b', x(said(b, w))]], () => set({ word: s.word == w ? -1 : w }))));
}
if (!$('.ob')) return;
text($('.ob h3'), fill(T.sells, { bank: B[b] }));
put($('.ob .rows'), ...P.filter(j => j != b && share(b, j) != null).sort((p, q) => share(b, q) - share(b, p)).slice(0, 18).map(j => bar(B[j], percent(share(b, j)), [[j == c ? 'em k' : 'em', share(b, j)], ['s', share(b, j, 1)]], () => set({ with: j }))));
},
frame = () => { const [left, top] = $('.cells').getAttribute('transform').match(/[\d.]+/g).map(Number); return [left, top, (760 - left) / N] },
showMatrix = () => {
const state = [s.order, s.order == 1 && s.bank, s.view, s.least] + '', by = i => i == s.bank ? 999 : share(s.bank, i) ?? -1, low = i => B[i].toLowerCase(), [left, top, q] = frame(), cells = $('.cells'), names = $('.names'), cur = $('.cur');
if (state != drawn) {
drawn = state;
order = s.order ? [...P].sort((i, j) => s.order == 1 ? by(j) - by(i) : low(i) < low(j) ? -1 : 1) : D.q.map(i => P[i]);
const table = order.map(i => order.map(j => i == j ? null : share(i, j))), flat = table.flat().filter(v => v != null), least = Math.min(...flat), span = Math.max(Math.max(...flat) - least, 1), steps = Array(10).fill('');
put(names);
table.forEach((line, y) => {
const middle = Math.round(left + q * (y + .5)), down = Math.round(top + q * (y + .5));
if (left) {
draw(names, 'text', { class: 'n', 'data-b': order[y], x: left - 8, y: down }, B[order[y]] + ' ' + (y + 1));
draw(names, 'text', { class: 'n c', 'data-c': order[y], x: middle, y: 16 }, y + 1);
}
line.forEach((v, x) => {
if (v == null || v < s.least) return;
steps[(v - least) / span * 9 + .5 | 0] += `M${x} ${y}h1v1h-1z`;
if (N < 16) draw(names, 'text', { x: Math.round(left + q * (x + .5)), y: down }, v);
});
});
flag(matrix, 'many', N > 40);
give(cells, { transform: `translate(${left} ${top}) scale(${q})` });
put(cells);
steps.forEach((d, n) => d && draw(cells, 'path', { class: 's' + n, d }));
}
const y = order.indexOf(s.bank), x = order.indexOf(s.with);
put(cur);
all('.n').forEach(t => mark(t, t.dataset.b, t.dataset.c));
text($('.mbar output'), s.least + '%');
if (x < 0 || y < 0) return;
if (N > 15) draw(cur, 'path', { class: 'line', d: `M${left} ${top + q * (y + .5)}H760M${left + q * (x + .5)} ${top}V${top + q * N}` });
draw(cur, 'rect', { x: left + q * x, y: top + q * y, width: q, height: q });
},
showPair = () => {
const i = P.indexOf(s.bank), j = P.indexOf(s.with), pair = D.pr[i * N + j], F = D.fa.length, products = [], named = (b, k) => D.pn[b][D.l.indexOf(pair[k])],
list = (title, items) => items.length ? [make('div', '', '', make('h4', title), make('ul', '', '', ...items.map(t => make('li', t))))] : [];
put($('.ps'), ...[overlap(s.bank, s.with, 1), overlap(s.with, s.bank, 1)].filter(e => e).map(t => make('p', t)));
if (pair) for (let k = 2 * F; k < pair.length; k += 3) products.push(named(i, k) + ' ↔ ' + named(j, k + 1) + ' ' + percent(letter(pair, k + 2)));
put($('.pd'), ...i < 0 || j < 0 ? [] : list(T.groups, groups.map((g, n) => [g, letter(D.p[n][0], i * N + j), letter(D.p[n][0], j * N + i)]).filter(p => p[1] != null).map(([g, v, w]) => g + ': → ' + percent(v) + ' · ← ' + percent(w))),
...pair ? list(T.facets, D.fa.map((f, k) => [f, letter(pair, k), letter(pair, F + k)]).filter(p => p[2]).sort((p, q) => q[1] - p[1]).map(([facet, part, most]) => fill(T.part, { facet, part, most }))) : [], ...list(T.products, products));
},
update = () => {
for (const k in input) input[k].value = s[k];
if (map) showMap();
text($('.say'), sentence());
bars();
if (matrix) { showMatrix(); showPair() }
},
named = { bank: B, with: B, word: W, move: W },
set = (o, quiet) => {
const before = s.bank;
Object.assign(s, o);
if (s.raise && (o.raise || o.move != null)) s.bank = D.f;
if (s.with == s.bank) s.with = before != s.bank ? before : D.near[s.bank] ? D.near[s.bank][0] : s.bank ? 0 : 1;
update();
const keys = Object.keys(s), changed = k => s[k] != start[k];
if (!card && !quiet) try { history.replaceState(null, '', '#' + keys.filter((k, i) => i < 2 ? keys.some(changed) : changed(k)).map(k => k + '=' + encodeURIComponent(named[k] ? named[k][s[k]] : s[k])).join('&')) } catch { }
},
asked = () => {
const o = {};
try {
location.hash.slice(1).split('&').forEach(part => {
const [k, t] = part.split('=').map(decodeURIComponent), e = input[k], v = named[k] ? named[k].indexOf(t) : t;
if (e && (e.value = v, e.value == v)) o[k] = +v;
});
} catch { }
return o;
},
turn = e => { const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key]; if (by) e.preventDefault(); return by },
spot = (e, svg) => { const r = svg.getBoundingClientRect(), k = 760 / r.width; return [(e.clientX - r.left) * k, (e.clientY - r.top) * k, k] };
let now = 0, order, drawn;
whole.forEach((table, n) => [...table.tHead.rows[0].cells].forEach((head, i) => put(head, button(head.textContent, () => {
const up = head.ariaSort == 'descending' || !head.ariaSort && !i ? 1 : -1;
unsort();
give(head, { 'aria-sort': up > 0 ? 'ascending' : 'descending' });
bodies[n].append(...[...bodies[n].rows].sort((p, q) => { const a = key(p, i), b = key(q, i); return (a == null) - (b == null) || up * (a > b ? 1 : a < b ? -1 : 0) }));
}))));
query.oninput = find;
$('.copy').onclick = copy;
if (map || matrix) $('.save').onclick = save;
$('.reset').onclick = () => { query.value = ''; find(); text($('.done'), ''); unsort(); rows.forEach((r, i) => bodies[i].append(...r)); set(start) };
if (map) {
give(map, { role: 'group' });
banks.forEach((g, i) => {
give(g, { role: 'button', 'aria-label': B[i] });
g.onkeydown = e => {
const by = turn(e), list = [...banks.keys()].filter(where).sort((p, q) => where(p)[0] - where(q)[0]), to = by ? list.at((list.indexOf(i) + by) % list.length) : i;
if (by || e.key == 'Enter' || e.key == ' ') { e.preventDefault(); set({ bank: to }); banks.get(to).focus() }
};
});
// A tap takes the word it meets, or the nearest bank.
map.onclick = e => {
const ray = e.target.closest('.at'), hit = e.target.closest('.bk'), [x, y, k] = spot(e, map), far = i => Math.hypot(where(i)[0] - x, where(i)[1] - y),
to = hit ? +hit.dataset.i : [...banks.keys()].filter(where).sort((p, q) => far(p) - far(q))[0];
if (hit || far(to) < 22 * k) set({ bank: to }); else if (ray) set({ word: s.word == ray.dataset.a ? -1 : +ray.dataset.a });
};
}
if (matrix) {
const go = (y, x) => order[y] != null && order[x] != null && y != x && set({ bank: order[y], with: order[x] });
give(matrix, { role: 'group', tabindex: 0 });
matrix.onclick = e => { const [left, top, q] = frame(), [x, y] = spot(e, matrix); go(Math.floor((y - top) / q), Math.floor((x - left) / q)) };
matrix.onkeydown = e => {
const by = turn(e), at = [order.indexOf(s.bank), order.indexOf(s.with)], k = +/L|R/.test(e.key);
if (!by) return;
at[k] += by;
if (at[0] == at[1]) at[k] += by;
go(...at);
};
}
set({ ...start, ...asked() }, 1);
addEventListener('hashchange', () => set(asked(), 1));
});
