# Completion of r2nn's command line for bash.

# The names of what is installed: presets, or parts.
_r2nn_presets() {
  local program folder
  program=$(type -P r2nn) || return
  folder=${program%/bin/*}/share/r2nn/${1:-presets}
  [[ -d $folder ]] && (cd "$folder" && printf '%s\n' *.json | sed -n 's/\.json$//p')
}

_r2nn() {
  local cur prev words cword commands='train eval classify jack live sense record info response circuit hardware bench' command options model='' i
  COMPREPLY=()
  if declare -F _init_completion >/dev/null; then
    _init_completion -n = || return
  else
    cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
  fi
  if ((cword == 1)); then
    COMPREPLY=($(compgen -W "$commands help --help --version" -- "$cur"))
    return
  fi
  command=${words[1]}
  if [[ $cur == --*=* ]]; then
    prev=${cur%%=*}
    cur=${cur#*=}
  fi

  # The argument of an option.
  case $command:$prev in
  help:*) COMPREPLY=($(compgen -W "$commands" -- "$cur")); return ;;
  *:-m | *:--model) COMPREPLY=($(compgen -W "$(_r2nn_presets)" -- "$cur") $(compgen -f -X '!*.json' -- "$cur") $(compgen -d -S / -- "$cur")); compopt -o nospace -o filenames; return ;;
  classify:--format | classify:-F | jack:--format | jack:-F | live:--format | live:-F | sense:--format | sense:-F) COMPREPLY=($(compgen -W 'text json csv audacity' -- "$cur")); return ;;
  circuit:--series | circuit:-s) COMPREPLY=($(compgen -W 'E24 E96' -- "$cur")); return ;;
  circuit:--opamp | *:--parts) COMPREPLY=($(compgen -W "ideal $(_r2nn_presets parts)" -- "$cur") $(compgen -f -X '!*.json' -- "$cur")); compopt -o filenames; return ;;
  circuit:--output | circuit:-o) COMPREPLY=($(compgen -d -- "$cur")); compopt -o filenames; return ;;
  circuit:--scale | circuit:--count) return ;;
  *:--format | *:-F) COMPREPLY=($(compgen -W 'text json' -- "$cur")); return ;;
  classify:--mode | classify:-M) COMPREPLY=($(compgen -W 'event continuous file' -- "$cur")); return ;;
  jack:--mode | jack:-M | live:--mode | live:-M | sense:--mode | sense:-M) COMPREPLY=($(compgen -W 'event continuous' -- "$cur")); return ;;
  eval:--split | eval:-s) COMPREPLY=($(compgen -W 'train test all' -- "$cur")); return ;;
  train:--stage | train:-s) COMPREPLY=($(compgen -W 'grid: full: bank:' -- "$cur")); compopt -o nospace; return ;;
  train:--head | train:-H) COMPREPLY=($(compgen -W 'energy centroid perceptron mlp npml spml' -- "$cur")); return ;;
  train:--resistors) COMPREPLY=($(compgen -W '1k-10M' -- "$cur")); return ;;
  *:--jobs | *:-j) COMPREPLY=($(compgen -W "$(seq "$(nproc)")" -- "$cur")); return ;;
  eval:--latency | eval:-l) COMPREPLY=($(compgen -W 'default' -- "$cur")); return ;;
  eval:--noise | eval:-n | eval:--yield | eval:-y | eval:--at-least | *:--board) return ;;
  eval:--plot | eval:-p | classify:--plot | classify:-p | *:--output | *:-o) COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames; return ;;
  sense:--from | record:--from) COMPREPLY=($(compgen -W 'csv: file: serial: iio: osc:' -- "$cur")); compopt -o nospace; return ;;
  live:--device | live:-d | record:--device | record:-d) return ;;
  live:--rate | live:-r | live:--frames | sense:--rate | sense:-r | sense:--time | sense:--unit | sense:--scale | sense:--gap | sense:--separator | \
    record:--rate | record:-r | record:--time | record:--unit | record:--scale | record:--gap | record:--separator | record:--label | record:--count | \
    record:--seconds | record:-s | record:--before | record:--after | record:--longest) return ;;
  *:--channel | *:-c | *:--window | *:-w | *:--folds | *:-k | *:--seed | *:--epochs | *:-e | *:--starts | *:--strangers | *:--tolerance | *:--name | *:-n | *:--margin | *:--gate | *:--above | *:--decide | \
    *:--from | *:--to | *:--points | *:--outputs | jack:-s | jack:--server | *:--connect | *:--exec | *:--alert | *:--heartbeat | *:--osc | *:--osc-listen | *:--mqtt | *:--midi-alsa | response:-s | response:--stage) return ;;
  esac

  local live='--model --mode --window --gate --above --decide --margin --format --json --output --force --exec --alert --heartbeat --lock-memory --osc --osc-listen --mqtt --midi-alsa' sensor='--from --channel --time --rate --unit --scale --gap --separator'
  if [[ $cur == -* ]]; then
    case $command in
    train) options='--output --force --stage --head --channel --window --folds --seed --epochs --starts --resistors --strangers --tolerance --parts --resume --name --skip-bad --jobs' ;;
    eval) options='--model --split --window --baselines --latency --noise --seed --parts --board --tolerance --yield --at-least --plot --format --output --force --channel --skip-bad --jobs' ;;
    classify) options='--model --mode --window --gate --above --decide --parts --board --tolerance --format --plot --output --force --margin --channel --jobs' ;;
    jack) options="$live --name --server --connect --no-connect --reconnect --midi" ;;
    live) options="$live --list --device --rate --frames --channel --pass" ;;
    sense) options="$live $sensor" ;;
    record) options="$sensor --label --count --seconds --gate --above --before --after --longest --device" ;;
    info) options='--format' ;;
    bench) options='--json --quick' ;;
    hardware)
      options='--device --out --in --loopback --level --anyway --server --name --portaudio --rate'
      case ${words[2]} in
      latency) options+=' --repeat --format' ;;
      identify) options+=' --output --parts --force --tolerance --format' ;;
      verify) options+=' --vector --within --format' ;;
      run) options+=" $live --connect --source --latency --twin" ;;
      refit) options+=' --model --output --force --folds --seed --format' ;;
      board) options='--tolerance --seed --opamp --delay --snr --flat --fault --name --server' ;;
      *) options='' ;;
      esac ;;
    circuit) options='--output --force --series --scale --opamp --verify --clips --count --format --jobs' ;;
    response) options='--output --force --stage --channel --outputs --from --to --points' ;;
    *) return ;;
    esac
    COMPREPLY=($(compgen -W "$options --quiet --help" -- "$cur"))
    return
  fi

  # Operands: models by name or file, data sets and sounds as files.
  case $command in bench | jack | live) return ;; esac # sense: the file behind csv:
  if [[ $command == hardware ]]; then
    if ((cword == 2)); then
      COMPREPLY=($(compgen -W 'latency identify verify run refit board' -- "$cur"))
    else
      COMPREPLY=($(compgen -W "$(_r2nn_presets)" -- "$cur") $(compgen -f -- "$cur"))
      compopt -o filenames
    fi
    return
  fi
  if [[ $command == info || $command == response ]]; then
    COMPREPLY=($(compgen -W "$(_r2nn_presets)" -- "$cur") $(compgen -f -- "$cur"))
  else
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
  compopt -o filenames
}
complete -F _r2nn r2nn
