import { command } from "../command.ts";

/**
 * The scripts only ask `vm-system __complete` what may follow (complete.ts), so that they never fall
 * behind the commands there are.
 */
const SCRIPTS = {
  bash: `# vm-system completion for bash: source <(vm-system completion bash)
_vm_system() {
  local line words tab=$'\\t'
  words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  while IFS= read -r line; do
    if [ -n "$line" ]; then COMPREPLY+=("\${line%%$tab*}"); fi
  done < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _vm_system vm-system
`,
  zsh: `#compdef vm-system
# vm-system completion for zsh: source <(vm-system completion zsh)
_vm_system() {
  local -a candidates
  local line word tab=$'\\t'
  while IFS= read -r line; do
    [[ -n "$line" ]] || continue
    word="\${line%%$tab*}"
    candidates+=("\${word//:/\\\\:}:\${line#*$tab}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then _describe 'vm-system' candidates; else _files; fi
}
# Sourced, or loaded from a folder of fpath at the first Tab.
if [[ "\${funcstack[1]}" = _vm_system ]]; then _vm_system "$@"; else compdef _vm_system vm-system; fi
`,
  fish: `# vm-system completion for fish: vm-system completion fish | source
function __vm_system_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -e words[1]
    vm-system __complete -- $words "$current" 2>/dev/null
end
complete -c vm-system -a '(__vm_system_complete)'
`,
} as const;

const SHELLS = Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[];

export default command({
  name: "completion",
  summary: "Print the completion script of a shell",
  examples: [
    "source <(vm-system completion bash)",
    "source <(vm-system completion zsh)",
    "vm-system completion fish | source",
  ],
  args: {
    shell: {
      type: "positional",
      required: true,
      description: SHELLS.join(", "),
      oneOf: SHELLS,
      completes: SHELLS,
    },
  },
  async run(context, args) {
    const shell = args.shell as keyof typeof SCRIPTS;
    context.result({ shell, script: SCRIPTS[shell] }, () => SCRIPTS[shell].trimEnd());
  },
});
