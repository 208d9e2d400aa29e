;;; test.el --- Tests in a real Emacs -*- lexical-binding: t -*-

;;; Commentary:
;; `cargo xtask test-emacs' runs them, in batch mode.  Arguments: the settings, a folder.

;;; Code:

(require 'package)
(package-initialize)
(require 'eglot)
(require 'cl-lib)

(defvar keyaki-test-patience 20)

(defun keyaki-test-until (what is-so)
  "Wait until IS-SO gives something, WHAT, and return it."
  (let ((deadline (+ (float-time) keyaki-test-patience)) found)
    (while (not (setq found (funcall is-so)))
      (when (> (float-time) deadline) (error "%s did not come" what))
      (accept-process-output nil 0.02)
      (sit-for 0))
    found))

(defun keyaki-test-open (folder name)
  "Open NAME in FOLDER with a server, the same for all."
  (find-file (expand-file-name name folder))
  (unless (derived-mode-p 'iam-policy-mode) (iam-policy-mode))
  (unless (eglot-current-server) (apply #'eglot--connect (eglot--guess-contact)))
  (eglot--maybe-activate-editing-mode)
  (keyaki-test-until "the server" #'eglot-managed-p)
  (flymake-mode 1))

(defun keyaki-test-findings ()
  "The texts of the findings of this buffer."
  (flymake-start)
  (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))

(defun keyaki-test-finding (pattern)
  "Wait for a finding that fits PATTERN."
  (keyaki-test-until
   pattern (lambda () (cl-some (lambda (text) (string-match-p pattern text)) (keyaki-test-findings)))))

(defun keyaki-test-at (text)
  "Go to TEXT."
  (goto-char (point-min))
  (search-forward text)
  (backward-char 1))

(defun keyaki-test-ask (method &rest more)
  "Ask the server by METHOD about point, with MORE."
  (jsonrpc-request (eglot--current-server-or-lose) method
                   (append (eglot--TextDocumentPositionParams) more)))

(defmacro keyaki-test (name &rest body)
  "Run BODY as the test NAME."
  (declare (indent 1))
  `(condition-case failure
       (progn ,@body (message "ok: %s" ,name))
     (error (message "failed: %s: %S" ,name failure) (kill-emacs 1))))

(let ((settings (pop command-line-args-left))
      (folder (pop command-line-args-left)))
  (load (expand-file-name settings) nil t)
  (remove-hook 'iam-policy-mode-hook #'eglot-ensure)
  (setq eglot-sync-connect t eglot-connect-timeout 30)

  (keyaki-test "findings appear while typing and go away"
    (keyaki-test-open folder "role.json")
    (keyaki-test-finding "defines no action `GetObjekt`")
    (keyaki-test-at "GetObjekt")
    (delete-char -1) (insert "c")
    (eglot--signal-textDocument/didChange)
    (keyaki-test-until "the end of the finding" (lambda () (null (keyaki-test-findings))))
    (keyaki-test-at "GetObject")
    (delete-char -1) (insert "k")
    (eglot--signal-textDocument/didChange)
    (keyaki-test-finding "GetObjekt"))

  (keyaki-test "a quick fix is applied"
    (keyaki-test-open folder "reports.policy.json")
    (keyaki-test-finding "has one value")
    (keyaki-test-at "PrincipalOrgID")
    (let* ((actions (eglot-code-actions (point) (point) "quickfix"))
           (fix (if (vectorp actions) (aref actions 0) (car actions))))
      (eglot--apply-workspace-edit (plist-get fix :edit)))
    (keyaki-test-until "the fix" (lambda () (string-match-p "\"StringEquals\": {" (buffer-string)))))

  (keyaki-test "hover tells what a pattern grants"
    (keyaki-test-at "List*")
    (let ((text (plist-get (plist-get (keyaki-test-ask :textDocument/hover) :contents) :value)))
      (unless (string-match-p "s3:ListBucket" text) (error "It says %s" text))))

  (keyaki-test "completion offers actions"
    (keyaki-test-at "s3:List")
    (forward-char 1)
    (let* ((found (eglot-completion-at-point))
           (labels (all-completions "" (nth 2 found))))
      (unless (cl-some (lambda (label) (string-match-p "s3:ListBucket" label)) labels)
        (error "It offers %S" labels))))

  (keyaki-test "a grant to the public is proved"
    (keyaki-test-open folder "logs.policy.json")
    (keyaki-test-finding "the public is allowed `s3:GetObject`"))

  (keyaki-test "a policy is explained in words"
    (keyaki-explain-policy)
    (with-current-buffer "*keyaki*"
      (unless (string-match-p "## Statement 1: ReadReports" (buffer-string))
        (error "It says %s" (buffer-string)))))

  (keyaki-test "a request is simulated, a claim refuted"
    (keyaki-simulate)
    (with-current-buffer "*keyaki*"
      (unless (string-match-p "\\`# Allowed" (buffer-string))
        (error "It says %s" (buffer-string))))
    (keyaki-prove "no-public-access")
    (with-current-buffer "*keyaki*"
      (unless (string-match-p "\\`# Refuted" (buffer-string))
        (error "It says %s" (buffer-string)))))

  (keyaki-test "a Sid is renamed, a document is formatted"
    (keyaki-test-at "ReadReports")
    (eglot-rename "ReadAll")
    (unless (string-match-p "\"Sid\": \"ReadAll\"" (buffer-string)) (error "The name is the old one"))
    (goto-char (point-min))
    (insert "\n\n")
    (eglot-format-buffer)
    (unless (= (char-after (point-min)) ?{) (error "The layout is the old one")))

  (kill-emacs 0))
;;; test.el ends here
