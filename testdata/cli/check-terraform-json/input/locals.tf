locals {
  actions = ["sns:Publsh"]
}
