;;; keyaki.el --- AWS IAM policies with eglot -*- lexical-binding: t -*-

;;; Commentary:
;; Settings for Emacs 28 and newer with eglot: `load' this file from your init file.
;; They need the program `keyaki' on `exec-path'.  Files named `*.policy.json' get the mode
;; `iam-policy-mode', in which eglot starts the server; other JSON files stay as they are.

;;; Code:

(require 'js)

;;;###autoload
(define-derived-mode iam-policy-mode js-mode "IAM policy"
  "Mode for AWS IAM policies."
  (setq-local js-indent-level 2))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.policy\\.json\\'" . iam-policy-mode))

(add-hook 'iam-policy-mode-hook #'eglot-ensure)

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(iam-policy-mode . ("keyaki" "lsp"))))

(defun keyaki--show (command &optional about)
  "Have the server make a page of the policy by COMMAND, and show it.
ABOUT tells what is asked."
  (let* ((uri (plist-get (eglot--TextDocumentIdentifier) :uri))
         (answer (jsonrpc-request (eglot--current-server-or-lose) :workspace/executeCommand
                                  (list :command command :arguments (vector uri about)))))
    (with-current-buffer (get-buffer-create "*keyaki*")
      (let ((inhibit-read-only t))
        (erase-buffer)
        (insert (plist-get answer :markdown)))
      (goto-char (point-min))
      (special-mode)
      (display-buffer (current-buffer)))))

(defun keyaki-explain-policy ()
  "Explain the policy of this buffer in words."
  (interactive)
  (keyaki--show "keyaki.server.explainPolicy"))

(defun keyaki-compare-with-head ()
  "Show what access was gained and lost since the last commit."
  (interactive)
  (keyaki--show "keyaki.server.compareWithHead"))

(defun keyaki--at (&rest more)
  "The place of the cursor as an argument of a command, with MORE."
  (append (list :at (eglot--pos-to-lsp-position)) more))

(defun keyaki-simulate ()
  "Show what the policy says to a request that the statement at the cursor matches."
  (interactive)
  (keyaki--show "keyaki.server.simulate" (keyaki--at)))

(defun keyaki-prove (question)
  "Prove that QUESTION holds of the policy, or show a request that refutes it."
  (interactive
   (list (completing-read "What is to hold? "
                          '("no-public-access" "no-new-access" "equivalent" "always-denied"))))
  (keyaki--show "keyaki.server.prove" (keyaki--at :question question)))

(provide 'keyaki)
;;; keyaki.el ends here
