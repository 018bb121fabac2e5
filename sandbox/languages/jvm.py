"""What stands behind Java: the program that builds others, one JVM a build, and the one that its archive is trained on.

javac as a command wants the file named after its public class, leaves a file a class, and says nothing of which class
is the main one. `Build` calls the same compiler in the same process, takes the source under any name, and writes one
jar whose manifest names the main class.
"""

BUILDER = r"""
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Build JAR SOURCE...: the sources compiled into one jar; the main class is looked for in the first source. */
public class Build {
    /** A source that may have any name: its first public class is taken as the one that it is named after. */
    static class Source extends SimpleJavaFileObject {
        private final String text;
        private String publicClass;

        Source(String name) throws IOException {
            super(URI.create("string:///" + name), Kind.SOURCE);
            text = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE)
                .decode(ByteBuffer.wrap(Files.readAllBytes(Path.of(name)))).toString().replaceFirst("^\uFEFF", "");
        }

        @Override public CharSequence getCharContent(boolean ignoreErrors) {
            return text;
        }

        @Override public boolean isNameCompatible(String name, Kind kind) {
            if (name.indexOf('-') >= 0) return false; // package-info, module-info
            if (publicClass == null) publicClass = name;
            return publicClass.equals(name);
        }
    }

    static class ClassFile extends SimpleJavaFileObject {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final FileObject source;

        ClassFile(String name, FileObject source) {
            super(URI.create("mem:///" + name.replace('.', '/') + ".class"), Kind.CLASS);
            this.source = source;
        }

        @Override public OutputStream openOutputStream() {
            return bytes;
        }
    }

    /** Sees the built classes; nothing of them is initialised, so nothing of them runs. */
    static class Loader extends ClassLoader {
        private final Map<String, ClassFile> built;

        Loader(Map<String, ClassFile> built) {
            this.built = built;
        }

        @Override protected Class<?> findClass(String name) throws ClassNotFoundException {
            ClassFile file = built.get(name);
            if (file == null) throw new ClassNotFoundException(name);
            byte[] bytes = file.bytes.toByteArray();
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    public static void main(String[] args) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, ClassFile> built = new LinkedHashMap<>();
        JavaFileManager files = new ForwardingJavaFileManager<JavaFileManager>(
            compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            @Override public JavaFileObject getJavaFileForOutput(
                Location location, String name, JavaFileObject.Kind kind, FileObject source) {
                ClassFile file = new ClassFile(name, source);
                built.put(name, file);
                return file;
            }
        };
        List<JavaFileObject> sources = new ArrayList<>();
        for (int i = 1; i < args.length; i++) sources.add(new Source(args[i]));
        PrintWriter words = new PrintWriter(System.err, true);
        List<String> options = List.of("-proc:none", "-nowarn", "-Xlint:none", "-XDuseUnsharedTable=true");
        boolean done = compiler.getTask(words, files, null, options, null, sources).call();
        words.flush();
        if (!done) System.exit(1);
        String main = mainClass(built, sources.get(0));
        if (main == null) {
            System.err.println("error: no class has a method `public static void main(String[])`");
            System.exit(1);
        }
        try (ZipOutputStream jar = new ZipOutputStream(Files.newOutputStream(Path.of(args[0])))) {
            jar.setMethod(ZipOutputStream.STORED);
            add(jar, "META-INF/MANIFEST.MF", manifest(main));
            for (Map.Entry<String, ClassFile> one : built.entrySet())
                add(jar, one.getKey().replace('.', '/') + ".class", one.getValue().bytes.toByteArray());
        }
        System.exit(0);
    }

    /** A public class before others, one called Main before others, the first source before others. */
    private static String mainClass(Map<String, ClassFile> built, JavaFileObject first) {
        Loader loader = new Loader(built);
        String best = null;
        int bestRank = -1;
        for (Map.Entry<String, ClassFile> one : built.entrySet()) {
            String name = one.getKey();
            try {
                Class<?> found = Class.forName(name, false, loader);
                if (found.getEnclosingClass() != null) continue;
                Method main = found.getMethod("main", String[].class);
                if (!Modifier.isStatic(main.getModifiers()) || main.getReturnType() != void.class) continue;
                int rank = Modifier.isPublic(found.getModifiers()) ? 2 : 0;
                if (found.getSimpleName().equals("Main")) rank += 1;
                if (one.getValue().source == first) rank += 4;
                if (rank > bestRank) {
                    best = name;
                    bestRank = rank;
                }
            } catch (NoSuchMethodException | ClassNotFoundException | LinkageError error) {
                continue; // no main class
            }
        }
        return best;
    }

    /** Lines of at most 72 bytes, as the format wants; a name may be long. */
    private static byte[] manifest(String main) throws IOException {
        java.util.jar.Manifest manifest = new java.util.jar.Manifest();
        manifest.getMainAttributes().put(java.util.jar.Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(java.util.jar.Attributes.Name.MAIN_CLASS, main);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        manifest.write(bytes);
        return bytes.toByteArray();
    }

    private static void add(ZipOutputStream jar, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 sum = new CRC32();
        sum.update(content);
        entry.setSize(content.length);
        entry.setCrc(sum.getValue());
        entry.setTime(0L);
        jar.putNextEntry(entry);
        jar.write(content);
        jar.closeEntry();
    }
}
"""

TRAINING = r"""
import java.io.*;
import java.math.*;
import java.util.*;
import java.util.function.*;
import java.util.stream.*;

public class Training {
    interface Shape { double area(); }
    record Square(double side) implements Shape { public double area() { return side * side; } }
    enum Colour { RED, GREEN }
    static class Node implements Comparable<Node> {
        int a; long b;
        Node(int a, long b) { this.a = a; this.b = b; }
        @Override public int compareTo(Node other) { return Long.compare(b, other.b); }
    }
    static <T extends Comparable<T>> T max(List<? extends T> list) {
        T best = null;
        for (T one : list) if (best == null || one.compareTo(best) > 0) best = one;
        return best;
    }
    public static void main(String[] args) throws Exception {
        Scanner in = new Scanner(System.in);
        BufferedReader reader = new BufferedReader(new InputStreamReader(System.in));
        StringTokenizer words = new StringTokenizer("1 2");
        int n = Integer.parseInt(words.nextToken());
        int[][] grid = new int[n][n];
        Map<String, List<Integer>> map = new HashMap<>();
        map.computeIfAbsent("x", k -> new ArrayList<>()).add(1);
        PriorityQueue<Node> queue = new PriorityQueue<>((x, y) -> x.a - y.a);
        queue.add(new Node(1, 2L));
        try { n += queue.poll().a; } catch (RuntimeException e) { throw new IllegalStateException(e); } finally { n++; }
        StringBuilder text = new StringBuilder().append(n).append("a" + n + 'c');
        switch (n) { case 1: text.append(1); break; default: text.append(2.5f); }
        String name = switch (Colour.RED) { case RED -> "a"; case GREEN -> "b"; };
        System.out.println(IntStream.range(0, n).mapToObj(i -> "" + i).collect(Collectors.joining(","))
            + Arrays.stream(grid[0]).sum() + BigInteger.TWO + new BigDecimal("1.0") + max(List.of(1, 2)) + name);
        System.out.printf("%.3f %d%n", new Square(2).area(), 2);
        Runnable task = new Runnable() { public void run() { System.out.println(text); } };
        new Thread(null, task, "", 1 << 26).start();
        for (Iterator<String> it = map.keySet().iterator(); it.hasNext();) it.next();
    }
}
"""
