// The Mandelbrot set in characters. Argument: columns, default 64.

const SHADES = " .:-=+*#%@";
const LIMIT = 200;

function iterations(x0: f64, y0: f64): i32 {
  let x = 0.0;
  let y = 0.0;
  let n = 0;
  while (n < LIMIT && x * x + y * y <= 4.0) {
    const next = x * x - y * y + x0;
    y = 2.0 * x * y + y0;
    x = next;
    n++;
  }
  return n;
}

const columns = process.argv.length > 1 ? i32(parseInt(process.argv[1])) : 64;
const rows = columns / 2;
let inside = 0;
let sum: i64 = 0;
for (let row = 0; row < rows; row++) {
  let line = "";
  for (let column = 0; column < columns; column++) {
    const n = iterations((f64(column) / f64(columns)) * 3.0 - 2.25, (f64(row) / f64(rows)) * 2.5 - 1.25);
    sum += n;
    if (n == LIMIT) inside++;
    line += n == LIMIT ? "@" : SHADES.charAt(n % 9);
  }
  console.log(line);
}
console.log(`${inside} of ${columns * rows} points inside, ${sum} iterations`);
