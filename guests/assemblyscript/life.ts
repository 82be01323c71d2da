// Conway's Game of Life on a torus: a glider and the R-pentomino. Argument: generations, default 100.

class Grid {
  private readonly cells: Uint8Array;

  constructor(
    readonly width: i32,
    readonly height: i32,
  ) {
    this.cells = new Uint8Array(width * height);
  }

  private index(x: i32, y: i32): i32 {
    return ((y + this.height) % this.height) * this.width + ((x + this.width) % this.width);
  }

  alive(x: i32, y: i32): bool {
    return this.cells[this.index(x, y)] != 0;
  }

  set(x: i32, y: i32, alive: bool): void {
    this.cells[this.index(x, y)] = u8(alive);
  }

  draw(x: i32, y: i32, rows: string[]): void {
    for (let dy = 0; dy < rows.length; dy++) {
      for (let dx = 0; dx < rows[dy].length; dx++) this.set(x + dx, y + dy, rows[dy].charAt(dx) == "#");
    }
  }

  next(): Grid {
    const result = new Grid(this.width, this.height);
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        let neighbours = 0;
        for (let dy = -1; dy <= 1; dy++) {
          for (let dx = -1; dx <= 1; dx++) {
            if ((dx != 0 || dy != 0) && this.alive(x + dx, y + dy)) neighbours++;
          }
        }
        result.set(x, y, neighbours == 3 || (neighbours == 2 && this.alive(x, y)));
      }
    }
    return result;
  }

  population(): i32 {
    return this.cells.reduce((sum: i32, cell: u8) => sum + cell, 0);
  }

  toString(): string {
    const lines: string[] = [];
    for (let y = 0; y < this.height; y++) {
      let line = "";
      for (let x = 0; x < this.width; x++) line += this.alive(x, y) ? "#" : ".";
      lines.push(line);
    }
    return lines.join("\n");
  }
}

const generations = process.argv.length > 1 ? i32(parseInt(process.argv[1])) : 100;
let grid = new Grid(40, 20);
grid.draw(2, 2, [".#.", "..#", "###"]);
grid.draw(24, 9, [".##", "##.", ".#."]);
const populations = new Map<i32, i32>();
for (let generation = 0; generation < generations; generation++) {
  if (generation % 20 == 0) populations.set(generation, grid.population());
  grid = grid.next();
}
console.log(grid.toString());
const keys = populations.keys();
for (let i = 0; i < keys.length; i++) console.log(`generation ${keys[i]}: ${populations.get(keys[i])} alive`);
console.log(`generation ${generations}: ${grid.population()} alive`);
