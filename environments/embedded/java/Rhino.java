import java.nio.file.Files;
import java.nio.file.Path;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ScriptableObject;

/** Runs the script that it is given in Rhino, and prints what the script leaves in its variable `outcome`. */
class Rhino {
  public static void main(String[] args) throws Exception {
    String text = Files.readString(Path.of(args[0]));
    try (Context context = Context.enter()) {
      context.setLanguageVersion(Context.VERSION_ECMASCRIPT);
      // Compiled, the script has functions of more than the 64 KiB that a method of Java may have.
      context.setInterpretedMode(true);
      ScriptableObject scope = context.initStandardObjects();
      context.evaluateString(scope, text, args[0], 1, null);
      System.out.println(Context.toString(scope.get("outcome", scope)));
    }
  }
}
