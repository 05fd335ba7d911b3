# SPDX-License-Identifier: MIT
# bash completion for sockeye(8); tests/check-docs.sh holds the words to the program's tables.

_sockeye() {
	local word previous
	local options='-b --batch -c --count -d --delay --max-cpu --max-sockets --by --prefix4 --prefix6 --sort --rates --top --json
		--events --strict -s --summary -t --tcp -u --udp -w --raw -x --unix -0 --packet -M --mptcp
		-S --sctp --vsock --xdp -4 --ipv4 -6 --ipv6 -f --family -A --query -l --listening -a --all -n --numeric -r --resolve
		-p --processes -e --extended -m --memory -i --info -o --options -H --no-header
		-F --filter --all-netns -N --net --read-only --no-sandbox --color --ascii --term -h --help -V --version'
	local by='state process program user remote listener container unit netns socket'
	local columns='key sockets delta in_rate out_rate udp shared recv_q send_q processes peers addresses pid comm user
		owner container unit runtime pod new oldest seen half_share listeners accept_queue accept_max drops drop_rate'
	local states='established syn-sent syn-recv fin-wait-1 fin-wait-2 time-wait closed close-wait
		last-ack listening closing'
	local families='inet inet6 unix link netlink vsock xdp'
	local tables='all inet tcp udp udplite raw mptcp sctp unix unix_stream unix_dgram
		unix_seqpacket packet packet_raw packet_dgram netlink vsock vsock_stream vsock_dgram xdp'
	local when='auto always never'
	local filter='state exclude src dst listener sport dport autobound dev comm user owner pid
		fd uid inode cookie recv_q send_q age retrans proto family type container unit fwmark cgroup netns'
	local whys='time-wait half-open not-accepted orphan not-permitted other-pidns no-process'

	COMPREPLY=()
	word=${COMP_WORDS[COMP_CWORD]}
	previous=${COMP_WORDS[COMP_CWORD - 1]}
	# bash may hand over "--by=st" as the three words --by, = and st.
	if [[ $word == = ]]; then
		word=
	elif [[ $previous == = ]] && ((COMP_CWORD >= 2)); then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi

	case $previous in
	--by)
		options=$by
		;;
	--sort)
		options="$columns $states"
		;;
	--color)
		options=$when
		;;
	-f | --family)
		options=$families
		;;
	-A | --query)
		options=$tables
		;;
	state | exclude)
		options=$states
		;;
	owner)
		options=$whys
		;;
	-F | --filter)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	-c | --count | -d | --delay | --max-cpu | --max-sockets | --prefix4 | --prefix6 | --top | --term)
		return
		;;
	*)
		[[ $word == -* ]] || options="$filter and or not"
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
}

complete -F _sockeye sockeye
