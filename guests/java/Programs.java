// Java with everything on its garbage-collected heap: collections, records, interfaces, exceptions, closures, strings,
// big numbers. Prints what it computes; nothing depends on the clock, on hash seeds or on the collector.

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

public class Programs {
  sealed interface Shape permits Circle, Rectangle, Group {}

  record Circle(double radius) implements Shape {}

  record Rectangle(double width, double height) implements Shape {}

  record Group(List<Shape> members) implements Shape {}

  static final class Node {
    final Node left;
    final Node right;

    Node(int depth) {
      left = depth == 0 ? null : new Node(depth - 1);
      right = depth == 0 ? null : new Node(depth - 1);
    }

    int count() {
      return left == null ? 1 : 1 + left.count() + right.count();
    }
  }

  static final class Refused extends RuntimeException {
    final int code;

    Refused(int code, Throwable cause) {
      super("refused with " + code, cause);
      this.code = code;
    }
  }

  static double area(Shape shape) {
    if (shape instanceof Circle circle) return Math.PI * circle.radius() * circle.radius();
    if (shape instanceof Rectangle box) return box.width() * box.height();
    double sum = 0;
    for (Shape member : ((Group) shape).members()) sum += area(member);
    return sum;
  }

  static void shapes() {
    Shape nested = new Group(List.of(new Circle(1.5), new Rectangle(2, 3.25), new Group(List.of(new Circle(2)))));
    System.out.println(Math.round(area(nested) * 1000) + " " + new Rectangle(1, 2).equals(new Rectangle(1, 2)));
    System.out.println(nested.hashCode() == new Group(((Group) nested).members()).hashCode());
  }

  static void collections() {
    Map<String, Integer> counts = new HashMap<>();
    String text = "the quick brown fox jumps over the lazy dog and the other quick fox";
    for (String word : text.split(" ")) counts.merge(word, 1, Integer::sum);
    System.out.println(new TreeMap<>(counts));
    List<Map.Entry<String, Integer>> sorted = new ArrayList<>(counts.entrySet());
    sorted.sort(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()));
    System.out.println(sorted.subList(0, 4));

    PriorityQueue<long[]> queue = new PriorityQueue<>(Comparator.comparingLong(entry -> entry[0]));
    long seed = 42;
    for (int k = 0; k < 500; k++) {
      seed = seed * 6364136223846793005L + 1442695040888963407L;
      queue.add(new long[] {seed >>> 40, k});
    }
    long mixed = 0;
    while (!queue.isEmpty()) mixed = Long.rotateLeft(mixed, 7) ^ queue.poll()[1];
    System.out.println(Long.toHexString(mixed) + " " + Long.divideUnsigned(mixed, 1_000_003));

    ArrayDeque<Integer> deque = new ArrayDeque<>();
    IntStream.range(0, 20).forEach(k -> {
      if (k % 3 == 0) deque.addFirst(k);
      else deque.addLast(k);
    });
    System.out.println(deque);
  }

  static void closures() {
    IntUnaryOperator step = x -> (x & 1) == 0 ? x / 2 : 3 * x + 1;
    Function<Integer, Integer> length = start -> {
      int steps = 0;
      for (int x = start; x != 1; x = step.applyAsInt(x)) steps++;
      return steps;
    };
    System.out.println(IntStream.rangeClosed(1, 30).boxed().map(length).collect(Collectors.toList()));
    Map<Integer, Long> byLength =
        IntStream.range(0, 60)
            .mapToObj(k -> "w" + k * k % 17)
            .collect(Collectors.groupingBy(String::length, TreeMap::new, Collectors.counting()));
    System.out.println(byLength);
  }

  static String failing(int what) {
    StringBuilder order = new StringBuilder();
    try {
      try {
        switch (what) {
          case 0 -> BigInteger.ONE.divide(BigInteger.ZERO);
          case 1 -> System.out.println(((List<?>) (Object) Map.of()).size());
          case 2 -> new ArrayDeque<>().removeFirst();
          case 3 -> Integer.parseInt("12x");
          case 4 -> List.of(1).add(2);
          case 5 -> System.out.println(new int[2][what].length + new int[3][3][what].length);
          case 6 -> System.out.println(((String) Map.of().get("absent")).length());
          default -> throw new Refused(what, new IllegalStateException("cause"));
        }
      } catch (ArithmeticException | ClassCastException error) {
        order.append("inner ");
        throw new Refused(-what, error);
      } finally {
        order.append("finally ");
      }
    } catch (Refused error) {
      return order + error.getMessage() + " <- " + error.getCause().getClass().getSimpleName();
    } catch (NoSuchElementException | NumberFormatException | UnsupportedOperationException error) {
      return order + error.getClass().getSimpleName();
    } catch (Exception error) {
      return order + "other " + error.getClass().getSimpleName();
    }
    return order + "nothing";
  }

  static void numbers() {
    BigInteger factorial = BigInteger.ONE;
    for (int k = 2; k <= 60; k++) factorial = factorial.multiply(BigInteger.valueOf(k));
    System.out.println(factorial + " " + factorial.bitLength());
    System.out.println(BigInteger.valueOf(3).modPow(new BigInteger("12345678901234567890"), factorial.add(BigInteger.ONE)));
    System.out.println(factorial.divideAndRemainder(new BigInteger("987654321987654321"))[1]);
    System.out.println(Integer.MIN_VALUE / -1 + " " + Long.MIN_VALUE % -1 + " " + (int) 1e20 + " " + (long) -1e300);
    System.out.println((int) Double.NaN + " " + (byte) 200 + " " + (char) 66 + " " + (1 << 33) + " " + (-1 >>> 28));
    System.out.println(0.1 + 0.2 + " " + 1e21 + " " + 1.0f / 3 + " " + -0.0 + " " + 1 / 0.0 + " " + 100.0);
    System.out.println(Math.floorMod(-7, 3) + " " + Long.bitCount(-2L) + " " + Double.doubleToLongBits(1.5));
  }

  static void text() {
    StringBuilder builder = new StringBuilder();
    for (char c = 'a'; c <= 'z'; c++) builder.insert(builder.length() / 2, c);
    System.out.println(builder.reverse() + " " + builder.toString().hashCode());
    String mixed = "Grüße \uD83D\uDE00 naïve";
    System.out.println(mixed.length() + " " + mixed.codePointCount(0, mixed.length()) + " " + mixed.substring(0, 3).toUpperCase());
    System.out.println(String.join("|", "a,b,,c".split(",")) + " " + "  trim ".strip() + " " + "ab".repeat(5));
    System.out.println("compare".compareTo("compile") + " " + "needle in hay".indexOf("in") + " " + mixed.replace('e', 'E'));
  }

  static int queens(int n, int row, int columns, int up, int down) {
    if (row == n) return 1;
    int found = 0;
    for (int free = ~(columns | up | down) & (1 << n) - 1; free != 0; free &= free - 1) {
      int bit = free & -free;
      found += queens(n, row + 1, columns | bit, (up | bit) << 1, (down | bit) >> 1);
    }
    return found;
  }

  static void heap() {
    int nodes = 0;
    for (int k = 0; k < 20; k++) nodes += new Node(8).count();
    System.out.println(nodes + " " + queens(7, 0, 0, 0, 0));
    Map<Integer, List<String>> kept = new LinkedHashMap<>();
    for (int k = 0; k < 3000; k++) {
      kept.computeIfAbsent(k % 13, key -> new ArrayList<>()).add("v" + k);
      if (k % 100 == 99) kept.values().forEach(list -> list.subList(0, list.size() / 2).clear());
    }
    System.out.println(kept.values().stream().mapToInt(List::size).sum() + " " + kept.get(5));
    int[][] triangle = new int[12][];
    for (int row = 0; row < triangle.length; row++) {
      triangle[row] = new int[row + 1];
      triangle[row][0] = triangle[row][row] = 1;
      for (int k = 1; k < row; k++) triangle[row][k] = triangle[row - 1][k - 1] + triangle[row - 1][k];
    }
    System.out.println(Arrays.toString(triangle[11]) + " " + Arrays.equals(triangle[4], triangle[4].clone()));
    Object[] shuffled = IntStream.range(0, 200).mapToObj(k -> Integer.toString(k * 7919 % 200)).toArray();
    Arrays.sort(shuffled);
    System.arraycopy(shuffled, 0, shuffled, 5, 195);
    System.out.println(Arrays.asList(shuffled).subList(0, 12) + " " + Arrays.hashCode(shuffled));
  }

  public static void main(String[] args) {
    shapes();
    collections();
    closures();
    for (int what = 0; what < 8; what++) System.out.println(what + ": " + failing(what));
    numbers();
    text();
    heap();
  }
}
