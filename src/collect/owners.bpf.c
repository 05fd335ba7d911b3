/* SPDX-License-Identifier: MIT */
/*
 * Tells of every descriptor that is a socket: 16 bytes each (struct fd_record of owners_bpf.h).
 * Runs in the kernel, as an iterator over the descriptor tables of all tasks of the reader's pid
 * namespace; threads that share their leader's table are left out by the kernel.
 *
 * Of the kernel's structures only the fields that are read stand here. Where they lie in the running
 * kernel is found when the program is loaded (CO-RE), so nothing of the machine that builds it
 * gets in.
 */
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define KERNELS __attribute__((preserve_access_index))

struct upid {
	int nr;
} KERNELS;

struct pid {
	unsigned int level; /* of the pid namespace; the first is 0 */
	struct upid numbers[1];
} KERNELS;

struct task_struct {
	int pid, tgid; /* as the first pid namespace has them */
	__u64 start_boottime;
	struct task_struct *group_leader;
	struct pid *thread_pid;
} KERNELS;

struct inode {
	unsigned long i_ino;
} KERNELS;

struct file {
	struct inode *f_inode;
} KERNELS;

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
} KERNELS;

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
} KERNELS;

struct record {
	__u32 pid, tid, fd, ino;
};

/* Set by the reader: owners_bpf_want(). A bit an inode, modulo their number. */
#define WANTED_WORDS 1024
bool choosy;
__u64 wanted[WANTED_WORDS];

/* The last task that was told of: its descriptors come one after another. */
struct {
	struct task_struct *task;
	__u64 start;
	__u32 pid, tid;
} last;

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* The number that a task has in the pid namespace of that level. */
static __always_inline __u32 number_in(struct task_struct *task, unsigned int level)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u64 at = (__u64)pid + bpf_core_field_offset(struct pid, numbers) +
		   level * bpf_core_type_size(struct upid) + bpf_core_field_offset(struct upid, nr);
	int nr = 0;

	bpf_probe_read_kernel(&nr, sizeof(nr), (void *)at);
	return nr;
}

/* What the reader calls it; asked once for all that it holds. */
static __always_inline void look_at(struct task_struct *task)
{
	struct task_struct *reader = (struct task_struct *)bpf_get_current_task();
	unsigned int level;

	if (last.task == task && last.start == task->start_boottime)
		return;
	last.task = task;
	last.start = task->start_boottime;
	level = BPF_CORE_READ(reader, thread_pid, level);
	last.pid = level > 0 ? number_in(BPF_CORE_READ(task, group_leader), level) : task->tgid;
	last.tid = level > 0 ? number_in(task, level) : task->pid;
}

SEC("iter/task_file")
int list_sockets(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct record r;

	if (!task || !file || !bpf_sock_from_file(file))
		return 0;
	r.ino = file->f_inode->i_ino;
	if (choosy && !(wanted[r.ino / 64 % WANTED_WORDS] >> r.ino % 64 & 1))
		return 0;
	look_at(task);
	r.pid = last.pid;
	r.tid = last.tid;
	r.fd = ctx->fd;
	bpf_seq_write(ctx->meta->seq, &r, sizeof(r));
	return 0;
}
