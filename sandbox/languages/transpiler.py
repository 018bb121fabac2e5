"""What stands behind TypeScript: its own compiler as a transpiler, started from a snapshot of node's memory.

A program is judged by what it does, and types do nothing: errors of types are not looked for, as a contest's runner
that strips types does not; errors of syntax are compile errors. 0.10 s of CPU a program instead of 0.20 without the
snapshot, and 0.6 by tsc.
"""

SNAPSHOT = "typescript.blob"
SCRIPT = "transpiler.js"

# Follows the text of typescript.js, whose `ts` it uses.
TRANSPILE = r"""
;{
const options = {
  target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true, removeComments: false,
};
const main = () => {
  const fs = require('fs');
  const [from, to] = process.argv.slice(-2);
  const text = fs.readFileSync(from, 'utf8');
  const done = ts.transpileModule(text, { fileName: from, reportDiagnostics: true, compilerOptions: options });
  const errors = (done.diagnostics || []).filter((one) => one.category === ts.DiagnosticCategory.Error);
  if (errors.length) {
    const names = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => '', getNewLine: () => '\n' };
    process.stderr.write(ts.formatDiagnostics(errors, names));
    process.exitCode = 1;
  } else {
    fs.writeFileSync(to, done.outputText);
  }
};
const { startupSnapshot } = require('v8');
if (startupSnapshot && startupSnapshot.isBuildingSnapshot()) {
  ts.transpileModule('const a: number = 1; class A<T> { constructor(private b: T) {} } enum E { X }; a!;',
    { reportDiagnostics: true, compilerOptions: options });
  startupSnapshot.setDeserializeMainFunction(main);
} else {
  main();
}
}
"""

# npm's place, or Debian's. A typescript without its compiler as a library (from 7 on) fails here, by name.
PREPARE = f"""\
for lib in /usr/lib/node_modules/typescript/lib /usr/share/nodejs/typescript/lib; do
    [ -f "$lib/typescript.js" ] && break
done
grep -q transpileModule "$lib/typescript.js" || {{
    echo "no typescript.js of TypeScript 4 or 5 in /usr/lib/node_modules/typescript or /usr/share/nodejs/typescript;" \\
        "npm install --global --prefix /usr typescript@5" >&2
    exit 1
}}
cat "$lib/typescript.js" transpile.js > {SCRIPT}
/usr/bin/node --snapshot-blob {SNAPSHOT} --build-snapshot {SCRIPT}
"""
