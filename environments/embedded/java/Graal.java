import java.nio.file.Files;
import java.nio.file.Path;
import org.graalvm.polyglot.Context;

/** Runs the script that it is given in GraalJS, and prints what the script leaves in its variable `outcome`. */
class Graal {
  public static void main(String[] args) throws Exception {
    String text = Files.readString(Path.of(args[0]));
    try (Context context = Context.newBuilder("js").option("engine.WarnInterpreterOnly", "false").build()) {
      // What is pending when the script has ended is done before this returns.
      context.eval("js", text);
      System.out.println(context.eval("js", "outcome").asString());
    }
  }
}
