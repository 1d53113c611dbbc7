"""The only Celery there is: an application, tasks that each call one action, and the beat.

Rows are the pipeline and the queue is a doorbell: any message may be lost, doubled or late.
"""
