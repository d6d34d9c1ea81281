import { ESLint } from 'eslint';
import path from 'node:path';
import ts from 'typescript';
import { projectRoot } from './workbench/install';

/** Each is a program of its own: one for Node.js, one for the browser. */
const configs = ['tsconfig.json', 'tsconfig.webview.json'];

function programOf(config: string): ts.Program {
  const host: ts.ParseConfigFileHost = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
    },
  };
  const parsed = ts.getParsedCommandLineOfConfigFile(path.join(projectRoot, config), {}, host);
  if (!parsed) throw new Error(`${config} can't be read`);
  return ts.createProgram({
    rootNames: parsed.fileNames,
    options: parsed.options,
    configFileParsingDiagnostics: parsed.errors,
  });
}

/**
 * Checks types and runs ESLint on the same programs, which is most of the work of each. Exits with 1 if either finds
 * anything.
 */
async function main(): Promise<void> {
  const programs = configs.map(programOf);
  const problems = programs.flatMap((program) => ts.getPreEmitDiagnostics(program));
  console.log(
    ts.formatDiagnostics(problems, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => projectRoot,
      getNewLine: () => '\n',
    }),
  );
  const eslint = new ESLint({
    cwd: projectRoot,
    overrideConfig: { files: ['**/*.ts'], languageOptions: { parserOptions: { programs, project: null } } },
  });
  const results = await eslint.lintFiles('.');
  console.log(await (await eslint.loadFormatter('stylish')).format(results));
  const found = results.some(({ errorCount, warningCount }) => errorCount + warningCount > 0);
  process.exitCode = problems.length > 0 || found ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
