// The words of questions, exercises and progress, in the language of the page; those of the form for a number are
// Python's (FORM, see ``scripts.py``), for a notebook says them, too.

const BY_LANGUAGE = {
  zh: {
    code: "你的代码", check: "检查", hint: "提示", solution: "答案", again: "重来",
    keys: "Tab 缩进，Ctrl+Enter 检查；要用 Tab 离开编辑框，先按 Esc。",
    wait: "正在检查……第一次要先取来 Python（约 260 KB）。",
    crashed: "这段代码让页面里的 Python 停止了工作。再检查一次会另开一个；总是这样的话，请下载本页的笔记本，在 Jupyter 里做。",
    broken: "没能取来 Python。请检查网络后再试；也可以下载本页的笔记本，在 Jupyter 里做。",
    discard: "放弃你写的代码，回到题目原来的样子？",
    done: (n, all) => `自测完成 ${n}/${all}`, saved: "进度和代码只存在这台设备的浏览器里。",
    unsaved: "浏览器存不下进度和代码，关掉本页就没有了：要留的代码请先复制出来。",
    old: "在网页里检查代码要用较新的浏览器（Chrome 98、Firefox 114、Safari 16 起）；也可以下载本页的笔记本来做。",
    stop: "。", forget: "清除全部进度", sure: "清除全部章节的进度和你写的代码？这不能撤销。", lines: "参考写法",
  },
  en: {
    code: "Your code", check: "Check", hint: "Hint", solution: "Solution", again: "Start again",
    keys: "Tab indents, Ctrl+Enter checks; to leave the editor by Tab, press Esc first.",
    wait: "Checking … the first time Python has to be fetched (about 260 KB).",
    crashed: "This code brought the page's Python down. Checking again starts another; if it keeps happening, download this notebook and work in Jupyter.",
    broken: "Python could not be fetched. Try again when you are online, or download this notebook and work in Jupyter.",
    discard: "Discard your code and start from the stub again?",
    done: (n, all) => `Self-check: ${n}/${all} done`, saved: "Progress and code are kept in this browser only.",
    unsaved: "The browser cannot store progress and code, and closing this page loses them: copy what you want to keep.",
    old: "Checking code in the page needs a newer browser (Chrome 98, Firefox 114, Safari 16 or later); or download this notebook and work there.",
    stop: ". ", forget: "Clear all progress", sure: "Clear the progress of all chapters, and the code you wrote? This cannot be undone.", lines: "The reference",
  },
};

export const WORDS = BY_LANGUAGE[document.documentElement.lang.slice(0, 2)];
