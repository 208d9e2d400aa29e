; One question for each case of callers. `sat`: a request for that access is allowed.
; `unsat` in all of them: there is no such request.

; 1 of 1
; Requests of arn:aws:sts::999988887777:assumed-role/example/session
(set-option :produce-models true)
(set-logic QF_LIA)
(declare-const no-resource Bool)
; key0: aws:SourceVpce
(declare-const key0-present Bool)
(declare-const key0-several Bool)
(assert (not key0-several))
(declare-const action Int)
(assert (<= 0 action 2))
(declare-const partition Int)
(assert (<= 0 partition 1))
(declare-const service Int)
(assert (<= 0 service 1))
(declare-const region Int)
(assert (<= 0 region 1))
(declare-const account Int)
(assert (<= 0 account 1))
(declare-const part Int)
(assert (<= 0 part 2))
(declare-const key0-0 Int)
(assert (<= 0 key0-0 2))
(define-fun key0-null () Bool (not (and key0-present (not (= key0-0 0)))))
; side 0, identity 0, statement 0
(define-fun statement0 () Bool (and (<= action 1) (not no-resource) (or (and (= partition 0) (= service 0) (= region 0) (= account 0) (= part 0)) (and (= partition 0) (= service 0) (= region 0) (= account 0) (= part 2))) (and (and key0-present (not key0-several)) (= key0-0 1))))
(assert (and statement0 (= action 0) (not no-resource) (= partition 0) (= service 0) (= region 0) (= account 0) (= part 0)))
(check-sat)
; (get-value (no-resource key0-present key0-several action partition service region account part key0-0))
