# Values of metafor for tests/satisfaction/test_pooling.py. Run here: Rscript make_values.R
# (R 4, metafor 3.8, jsonlite); writes values.json.
library(metafor)
library(jsonlite)

schools <- data.frame(yi = c(28, 8, -3, 7, -1, 1, 18, 12), sei = c(15, 10, 16, 11, 9, 11, 10, 18))
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
bcg <- data.frame(yi = as.numeric(bcg$yi), sei = sqrt(bcg$vi))
tight <- list(threshold = 1e-14, maxiter = 10000, tol = 1e-14)

fitted <- function(d, method) {
  r <- rma(yi, sei = sei, data = d, method = method, test = "knha", control = tight)
  q <- confint(r, control = list(tol = 1e-14, maxiter = 10000, tau2.max = 1e6))$random
  list(tau2 = r$tau2, mean = as.numeric(r$beta), std_error = r$se, ci_low = r$ci.lb,
       ci_high = r$ci.ub, q = r$QE, q_p = r$QEp, i2 = r$I2 / 100,
       tau_low = q["tau", "ci.lb"], tau_high = q["tau", "ci.ub"])
}
sets <- list(schools = schools, bcg = bcg)
out <- lapply(sets, function(d) list(
  data = list(yi = d$yi, sei = d$sei), reml = fitted(d, "REML"), paule_mandel = fitted(d, "PM")
))
out$made_with <- paste(R.version.string, "metafor", packageVersion("metafor"))
write(toJSON(out, digits = 15, auto_unbox = TRUE, pretty = TRUE), "values.json")
