# Prints what zsh offers for a command line, by the completion of $CONVOY_CLI:
#   zsh -f completion_test.zsh "convoy get --pri"
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "
PROMPT=; unsetopt zle_bracketed_paste
autoload -Uz compinit && compinit -C -d \$HOME/zcompdump
source =(\$CONVOY_CLI completion zsh)
convoy() { \$CONVOY_CLI \$@ }
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then
    builtin compadd \"\$@\"; return
  fi
  local -a offered
  builtin compadd -A offered \"\$@\"
  local word; for word in \$offered; do print; print -r -- \"OFFER \$word\"; done
}
comppostfuncs=(end-offers); end-offers() { print; print END-'OFFERS'; exit }
bindkey '^I' complete-word
stty -echo; print READY-'TO-TYPE'"
zpty -r -m shell line '*READY-TO-TYPE*'
zpty -n -w shell "$1"$'\t'
zpty -r -m shell line '*END-OFFERS*'
for word in ${(f)${line//$'\r'/}}; do
  [[ $word == 'OFFER '* ]] && print -r -- ${word#OFFER }
done
exit 0
