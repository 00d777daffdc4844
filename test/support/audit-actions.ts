import { globSync } from 'node:fs'
import ts from 'typescript'

/** Which argument of each of these functions names the action. */
const places: Record<string, number> = {
  record: 2,
  audit: 2,
  recordMany: 2,
  recordShown: 2,
  recordInInstallation: 3,
}

/**
 * Every action that `src` writes into the log, read from its types: a name put together (`client.${verb}`) counts for each value its
 * parts may have.
 * @returns the actions, and the places that name one of which the types do not tell what it may be
 */
export const auditActions = (): { actions: string[]; untold: string[] } => {
  const files = globSync('src/**/*.ts')
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('tsconfig.json', file => ts.sys.readFile(file)).config,
    ts.sys,
    process.cwd(),
  )
  const program = ts.createProgram(files, options)
  const checker = program.getTypeChecker()
  const actions = new Set<string>()
  const untold: string[] = []

  const valuesOf = (node: ts.Expression): string[] | null => {
    if (ts.isStringLiteralLike(node)) return [node.text]
    if (ts.isTemplateExpression(node)) {
      let texts: string[] | null = [node.head.text]
      for (const { expression, literal } of node.templateSpans) {
        const parts = valuesOf(expression)
        texts = parts && texts.flatMap(text => parts.map(part => text + part + literal.text))
        if (!texts) return null
      }
      return texts
    }
    const type = checker.getTypeAtLocation(node)
    const parts = type.isUnion() ? type.types : [type]
    return parts.every(part => part.isStringLiteral()) ? parts.map(part => part.value) : null
  }

  const visit = (node: ts.Node, file: ts.SourceFile) => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const place = places[node.expression.text]
      const argument = place === undefined ? undefined : node.arguments[place]
      const isOwn = file.fileName.endsWith('platform/audit/record.ts')
      if (argument && !isOwn) {
        const values = valuesOf(argument)
        const { line } = file.getLineAndCharacterOfPosition(argument.getStart())
        if (values) for (const value of values) actions.add(value)
        else untold.push(`${file.fileName}:${line + 1}`)
      }
    }
    ts.forEachChild(node, child => visit(child, file))
  }
  for (const file of program.getSourceFiles())
    if (!file.isDeclarationFile && file.fileName.includes('/src/')) visit(file, file)
  return { actions: [...actions].sort(), untold }
}
